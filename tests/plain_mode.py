"""Kernels as plain Python, and no machine code by accident."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from warnpath.compilation import image, prefer_plain


@contextmanager
def without_machine_code() -> Iterator[None]:
    """Within it, kernels run as plain Python, and one that cannot is an error."""

    def refuse() -> None:
        raise AssertionError("a kernel without a plain form was called")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(image, "machine_code", refuse)
        prefer_plain(True)
        try:
            yield
        finally:
            prefer_plain(False)
