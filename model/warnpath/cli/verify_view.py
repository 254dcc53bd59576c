"""What ``warnpath verify`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from warnpath.cli.layout import plain_table, print_table

if TYPE_CHECKING:
    from rich.console import Console

    from warnpath.study.verification.battery import BatteryResult, CaseResult, How
    from warnpath.study.verification.judge import Verdict

REASONS = 2
"""Reasons told why a form does not fit."""
HEADS = ["case", "closed form", "quantity", "exact", "simulated", "z", "pass"]


def print_verification(console: Console, result: BatteryResult, how: How, *, own: bool) -> None:
    """Print a row a quantity; of a user's own scenarios also why other forms do not fit."""
    fitted = [case for case in result.cases if case.verdicts]
    if fitted:
        table = plain_table(HEADS, left=3)
        for case in fitted:
            for number, verdict in enumerate(case.verdicts):
                table.add_row(case.name if number == 0 else "", *_cells(verdict))
        title = f"Closed forms against the {result.engine} engine, seed {how.seed}"
        print_table(console, title, table, _caption(fitted), keys=3)
    for case in result.cases:
        if own or not case.verdicts:
            _print_misfits(console, case)
    console.print()
    console.print(_summary(result), style="bold")


def _cells(verdict: Verdict) -> tuple[str, ...]:
    passed = "yes" if verdict.passed else "NO"
    name = f"{verdict.quantity}, {verdict.unit}" if verdict.unit else verdict.quantity
    if verdict.z is None:
        return verdict.form, name, _bounds(verdict), _range(verdict), "", passed
    assert verdict.exact is not None
    simulated = f"{verdict.simulated:.6g} ±{verdict.standard_error:.2g}"
    z = f"{verdict.z:+.2f}" + ("*" if verdict.repeated else "")
    return verdict.form, name, f"{verdict.exact:.6g}", simulated, z, passed


def _bounds(verdict: Verdict) -> str:
    if verdict.low is None:
        return f"at most {verdict.high:.6g}"
    if verdict.high is None:
        return f"at least {verdict.low:.6g}"
    return f"{verdict.low:.6g}" if verdict.low == verdict.high else f"{verdict.low:.6g} to {verdict.high:.6g}"


def _range(verdict: Verdict) -> str:
    least, most = f"{verdict.least:.6g}", f"{verdict.most:.6g}"
    return least if least == most else f"{least} to {most}"


def _caption(cases: list[CaseResult]) -> str:
    words = (
        "simulated: mean over independent replications and its standard error;\n"
        "what stands without an error are the extremes of all messages."
    )
    if any(verdict.repeated for case in cases for verdict in case.verdicts):
        words += "\n* beyond 3.3 at first, and measured again on fresh draws for four times as long."
    return words


def _print_misfits(console: Console, case: CaseResult) -> None:
    what = (
        "closed forms that do not fit, and why:" if case.verdicts else "no closed form fits, and this is why:"
    )
    console.print()
    console.print(f"{case.file}: {what}")
    for name, reasons in case.misfits.items():
        told = "; ".join(dict.fromkeys(reasons[:REASONS]))
        more = f" (and {len(reasons) - REASONS} more)" if len(reasons) > REASONS else ""
        console.print(f"  {name}: {told}{more}")


def _summary(result: BatteryResult) -> str:
    verdicts = [verdict for case in result.cases for verdict in case.verdicts]
    if not verdicts:
        return "NOT VERIFIED: there is nothing to verify"
    agree = sum(verdict.passed for verdict in verdicts)
    parts = [f"{agree} of {len(verdicts)} quantities agree"]
    z_values = [abs(verdict.z) for verdict in verdicts if verdict.z is not None]
    if z_values:
        parts.append(f"largest |z| {max(z_values):.2f}")
    if result.spread_p is not None:
        parts.append(f"z's spread as they should be, p = {result.spread_p:.3f} (Kolmogorov-Smirnov)")
    return ("verified: " if result.passed else "NOT VERIFIED: ") + "; ".join(parts)
