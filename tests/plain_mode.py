"""Kernels as plain Python, and no machine code by accident."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from warnpath.compilation import image, prefer_plain


@contextmanager
def without_machine_code() -> Iterator[None]:
    """Within it, kernels run as plain Python, and one that cannot is an error."""
    with nothing_built():
        prefer_plain(True)
        yield


@contextmanager
def nothing_built() -> Iterator[None]:
    """Within it, this process has no machine code, and to need any is an error."""

    def refuse() -> None:
        raise AssertionError("machine code was called for")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(image, "machine_code", refuse)
        patch.setattr(image, "machine_code_is_ready", lambda: False)
        prefer_plain(False)  # kernels forget the machine code that they have found
        try:
            yield
        finally:
            prefer_plain(False)
