"""Running cases: find the forms that fit, simulate as long as they need, judge."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from warnpath.engine import build_plan
from warnpath.engine.run import run_replications
from warnpath.scenario import load
from warnpath.study.engines import DEFAULT, find_own_engine, plain_kernels
from warnpath.study.errors import RunFailed, StudyError
from warnpath.study.pool import available_workers
from warnpath.study.verification.forms.base import Check
from warnpath.study.verification.forms.bounds import floor_bound
from warnpath.study.verification.forms.registry import FORMS
from warnpath.study.verification.judge import LEAST_P, Verdict, judge_bound, judge_quantity, spread_of
from warnpath.study.verification.plan_run import RunPlan, plan_run
from warnpath.study.verification.samples import Sample
from warnpath.study.verification.sketch import Sketch, sketch

if TYPE_CHECKING:
    from warnpath.scenario import Scenario

CASES = Path(__file__).parent / "cases"
AGAIN_LARGER = 4.0
"""A quantity outside its range is measured again on fresh draws, for so many times as long."""
SEED_BYTES = 7
"""Of a case's own seed; seeds are below 2^63."""


@dataclass(frozen=True)
class How:
    """How cases are run.

    Attributes
    ----------
    seed : int
        Seed of all draws.
    engine : str or None
        ``compiled`` or ``simpy``; None for the one that ends first, see `find_own_engine`.
    quick : bool
        Larger standard errors, in a tenth of the time.
    """

    seed: int = 1
    engine: str | None = None
    quick: bool = False


@dataclass(frozen=True)
class CaseResult:
    """What came of a case.

    Attributes
    ----------
    name, title, file : str
        Of the scenario.
    run : RunPlan or None
        How it was run; None where no form fits.
    verdicts : tuple of Verdict
        One for each quantity of each form that fits.
    misfits : dict of str to tuple of str
        Why each other form does not fit.
    first_z : tuple of float
        The z of its first quantity, in the first run.
    """

    name: str
    title: str
    file: str
    run: RunPlan | None
    verdicts: tuple[Verdict, ...]
    misfits: dict[str, tuple[str, ...]]
    first_z: tuple[float, ...]

    @property
    def passed(self) -> bool:
        """Whether a form fits and every quantity agrees."""
        return bool(self.verdicts) and all(verdict.passed for verdict in self.verdicts)


@dataclass(frozen=True)
class BatteryResult:
    """All cases, whether their z's look like z's (None where there are too few to tell), and the engine."""

    cases: tuple[CaseResult, ...]
    spread_p: float | None
    engine: str = DEFAULT

    @property
    def passed(self) -> bool:
        """Whether every case agrees and the z's are spread as they should be."""
        return all(case.passed for case in self.cases) and (self.spread_p is None or self.spread_p >= LEAST_P)


def case_names() -> tuple[str, ...]:
    """Names of the cases that come with the package."""
    return tuple(sorted(path.stem for path in CASES.glob("*.toml")))


def case_file(name: str) -> Path:
    """File of a case.

    Raises
    ------
    StudyError
        There is no such case.
    """
    from warnpath.scenario.problems import did_you_mean, one_of

    names = case_names()
    if name not in names:
        meant = did_you_mean(name, names)
        raise StudyError(f'there is no case "{name}"{meant}; expected {one_of(names, len(names))}')
    return CASES / f"{name}.toml"


def run_battery(
    files: Sequence[Path],
    how: How,
    progress: Callable[[int, int], None] | None = None,
    tell: Callable[[str], None] | None = None,
) -> BatteryResult:
    """Run cases.

    Parameters
    ----------
    files : sequence of Path
        Scenario files.
    how : How
        How they are run.
    progress : callable, optional
        Told the number of cases done and their total.
    tell : callable, optional
        Told, in a line, what a user waits for where nothing is compiled yet.

    Returns
    -------
    BatteryResult
        Cases in the order of the files.

    Raises
    ------
    ScenarioError
        A file is no valid scenario.
    RunFailed
        A replication did not run to its end.
    """
    scenarios = [load(str(file)) for file in files]
    engine, told = find_own_engine(how.engine, _work(scenarios, how), None)
    if told and tell is not None:
        tell(told)
    results = []
    with plain_kernels(engine.is_plain):
        for number, (scenario, file) in enumerate(zip(scenarios, files, strict=True), start=1):
            results.append(run_case(scenario, str(file), replace(how, engine=engine.name)))
            if progress is not None:
                progress(number, len(files))
    spread_p = spread_of([z for result in results for z in result.first_z])
    return BatteryResult(tuple(results), spread_p, engine.name)


def _work(scenarios: Sequence[Scenario], how: How) -> Iterator[tuple[Scenario, int]]:
    """What cases come to, if none is measured again: first their plans, for what is to run takes a plan."""
    for scenario in scenarios:
        yield scenario, 0
    for scenario in scenarios:
        _, _, checks = find_checks(scenario)
        if checks:
            plan = plan_run([check for _, check in checks], quick=how.quick)
            yield scenario.replace(_run_settings(plan, how.seed)), plan.replications


def find_checks(
    scenario: Scenario,
) -> tuple[Sketch, dict[str, tuple[str, ...]], list[tuple[str, Check]]]:
    """What a scenario comes to, why forms do not fit it, and what is to be measured for those that do."""
    seen = sketch(scenario)
    misfits = {form.name: tuple(form.why_not(seen)) for form in FORMS}
    others = {name: reasons for name, reasons in misfits.items() if reasons}
    checks = [(form.title, form.check(seen)) for form in FORMS if not misfits[form.name]]
    if checks and seen.flows:
        rate = sum(flow.rate_per_s for flow in seen.flows)
        checks.append(("physical floor", Check(bounds=(floor_bound(seen),), events_per_s=rate)))
    return seen, others, checks


def run_case(scenario: Scenario, file: str, how: How) -> CaseResult:
    """Find the forms that fit a scenario, run it, and judge."""
    seen, others, checks = find_checks(scenario)
    if not checks:
        return CaseResult(scenario.name, scenario.title, file, None, (), others, ())
    plan = plan_run([check for _, check in checks], quick=how.quick)
    verdicts = _judge(seen, checks, plan, how)
    first_z = _leading_z(verdicts)
    if any(verdict.z is not None and not verdict.passed for verdict in verdicts):
        plan = plan_run([check for _, check in checks], quick=how.quick, larger=AGAIN_LARGER)
        again = _judge(seen, checks, plan, how, "again")
        verdicts = tuple(
            replace(new, repeated=True) if old.z is not None and not old.passed else old
            for old, new in zip(verdicts, again, strict=True)
        )
    return CaseResult(scenario.name, scenario.title, file, plan, verdicts, others, first_z)


def own_seed(seed: int, name: str, again: str = "") -> int:
    """Seed of a case, mixed from that of the battery and its name.

    Draws are keyed by seed and name of what draws, and cases share such names: with one seed for all their
    errors would be errors of the same draws.
    """
    text = f"{seed}:{name}:{again}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=SEED_BYTES).digest())


def _judge(
    seen: Sketch, checks: Sequence[tuple[str, Check]], plan: RunPlan, how: How, again: str = ""
) -> tuple[Verdict, ...]:
    seed = own_seed(how.seed, seen.scenario.name, again)
    samples = _samples(seen.scenario, [check for _, check in checks], plan, seed, how.engine or DEFAULT)
    name = seen.scenario.name
    verdicts: list[Verdict] = []
    for title, check in checks:
        verdicts += [judge_quantity(name, title, quantity, samples) for quantity in check.quantities]
        verdicts += [judge_bound(name, title, bound, samples) for bound in check.bounds]
    return tuple(verdicts)


def _leading_z(verdicts: Sequence[Verdict]) -> tuple[float, ...]:
    """The z of the first quantity: others of the same run, and so of the same draws, say little anew."""
    return tuple(verdict.z for verdict in verdicts if verdict.z is not None)[:1]


def _run_settings(plan: RunPlan, seed: int) -> dict[str, float]:
    settings: dict[str, float] = {"run.seed": seed}
    if plan.duration_s > 0.0:
        settings["run.duration_s"] = plan.duration_s
    return settings


def _samples(
    scenario: Scenario, checks: Sequence[Check], plan: RunPlan, seed: int, engine: str
) -> list[Sample]:
    tables = sorted({table for check in checks for table in check.tables})
    built = build_plan(scenario.replace(_run_settings(plan, seed)))
    threads = available_workers()
    outputs = run_replications(built, range(plan.replications), seed, tables, engine, threads)
    samples = []
    for output in outputs:
        if output.status != "ok":
            raise RunFailed(f"{scenario.name}, replication {output.replication}: {output.error}")
        samples.append(Sample(output, plan.warm_up_s, plan.warm_up_s + plan.measured_s))
    return samples
