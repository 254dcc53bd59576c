"""Frozen output: README's worked example is what the program prints today.

No validation: when a change of the model changes it, `python -m tools.readme_example` renews it.
"""

from __future__ import annotations

from tools import readme_example


def test_the_worked_example_is_what_the_program_prints(capsys):
    assert len(readme_example.EXAMPLE.findall(readme_example.README.read_text(encoding="utf-8"))) == 1
    assert readme_example.check() == 0, capsys.readouterr().out
