"""Which closed form fits which scenario, and what the others have to say."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.verification_cases import case, changed_file, fitting, judged
from warnpath.scenario import load
from warnpath.scenario.distributions import Exponential, Gamma, Lognormal, Uniform
from warnpath.study.verification.battery import case_names
from warnpath.study.verification.forms.registry import FORMS
from warnpath.study.verification.sketch import is_set, service_of, sketch
from warnpath.theory.queues import md1_wait_s

FITS = {
    "alert-behind-mail": {"priority-bound"},
    "availability": {"availability", "k-of-n"},
    "back-off": {"back-off"},
    "breakdowns-busy-link": {"breakdowns-link"},
    "breakdowns-busy-node": {"breakdowns-node"},
    "breakdowns-link": {"availability", "breakdowns-link"},
    "breakdowns-node": {"availability", "breakdowns-node"},
    "bursts-good-and-bad": {"bursts"},
    "bursts-of-scans": {"network-calculus"},
    "contact-windows": {"contacts"},
    "dm1-age": {"age"},
    "failover": {"availability", "failover"},
    "flood-of-tracks": {"replaced-age"},
    "giving-up": {"stop-and-wait"},
    "held-for-repair": {"availability", "held-for-repair"},
    "jackson-tandem": {"jackson-tandem"},
    "kth-arrival": {"kth-arrival"},
    "long-link": {"md1", "age", "lindley"},
    "long-tactical-messages": {"slots"},
    "loss-in-bursts": {"bursts"},
    "md1": {"md1", "age", "lindley"},
    "md1k": {"md1k"},
    "mg1-gamma": {"mg1"},
    "mg1-lognormal": {"mg1"},
    "mg1-uniform": {"mg1"},
    "mm1": {"mm1", "age"},
    "mm1-link": {"mm1", "age"},
    "mm1k": {"mm1k"},
    "mmc": {"mmc"},
    "newest-track-waits": {"replaced-age"},
    "one-crew": {"k-of-n"},
    "overload": {"md1k"},
    "preemptive-link": {"preemptive-priorities"},
    "preemptive-priorities": {"preemptive-priorities"},
    "priorities": {"priorities"},
    "priorities-sizes": {"priorities"},
    "same-length-tandem": {"same-length-tandem"},
    "scan-age": {"periodic-age"},
    "scan-and-confirm": {"scanning"},
    "shared-risk": {"shared-risk"},
    "stop-and-wait": {"stop-and-wait"},
    "tactical-slots": {"slots"},
    "three-classes-interrupt": {"preemptive-priorities"},
    "three-on-off-links": {"availability", "k-of-n", "held-for-repair"},
    "two-estimates": {"two-estimates"},
    "two-of-three": {"availability", "k-of-n"},
    "two-on-off-paths": {"availability", "duplicates"},
}


@pytest.mark.parametrize("name", sorted(FITS))
def test_every_case_fits_its_forms_and_no_others(name: str) -> None:
    assert fitting(case(name)) == FITS[name]


def test_every_case_is_in_the_table_and_is_named_like_its_file() -> None:
    assert sorted(FITS) == list(case_names())
    assert [case(name).name for name in case_names()] == list(case_names())
    assert all(case(name).title and case(name).description for name in case_names())


@pytest.mark.parametrize(
    ("name", "changes", "form", "reason"),
    [
        ("mm1", {"traffic.updates.rate_per_s": 1.2}, "mm1", "b cannot keep up with 1.2 messages per second"),
        ("mm1", {"node.b.servers": 3}, "mm1", "servers of b has no place in it"),
        ("mm1", {"node.b.queue_limit": 3}, "mm1", "queue_limit of b has no place in it"),
        ("mm1", {"link.a-b.loss": 0.1}, "mm1", "loss of a-b has no place in it"),
        ("mm1", {}, "md1", "it needs fixed service, and that of b is exponential"),
        ("mm1", {}, "mg1", "b has exponential service, for which M/M/1 says more"),
        ("mm1", {}, "mmc", "b has one server, for which M/M/1 says more"),
        ("mm1", {}, "mm1k", "b has no queue_limit"),
        ("mm1", {}, "jackson-tandem", "two or more loaded links or nodes on the way, and there are 1"),
        ("mm1", {}, "priorities", "it needs traffic of two or more priority classes"),
        ("mm1", {}, "lindley", "the service of b is not the same for all"),
        ("mm1", {}, "network-calculus", "updates keeps to no bucket: it is poisson"),
        ("mm1k", {"node.b.queue_limit": 5000}, "mm1k", "above 500, which nothing ever fills"),
        ("md1", {"traffic.updates.lifetime_s": 60}, "md1", "lifetime_s of updates has no place in it"),
        ("md1", {"traffic.updates.end_s": 60}, "md1", "end_s of updates has no place in it"),
        ("md1", {"traffic.updates.start_s": 60}, "age", "start_s of updates has no place in it"),
        ("priorities", {}, "mm1", "it needs one flow of traffic, and there are 3"),
        ("priorities", {"traffic.mail.rate_per_s": 1.0}, "priorities", "cannot keep up with all classes"),
        ("stop-and-wait", {"link.a-b.keep_order": True}, "stop-and-wait", "a-b keeps the order"),
        ("stop-and-wait", {"link.a-b.capacity_kbps": 1}, "stop-and-wait", "a-b is loaded"),
        ("scan-age", {}, "stop-and-wait", "a-b repeats nothing"),
        (
            "scan-age",
            {"link.a-b.loss": 0.0, "link.a-b.propagation_ms": 12e3},
            "periodic-age",
            "wait for one another",
        ),
        ("kth-arrival", {"traffic.track-a.interval_s": 99}, "kth-arrival", "do not send at the same times"),
        ("kth-arrival", {"medium.j2.keep_order": True}, "kth-arrival", "keeps the order"),
        ("kth-arrival", {"medium.j2.propagation_ms": 7}, "kth-arrival", "differ in more than their jitter"),
        ("bursts-of-scans", {"medium.two.capacity_kbps": 1}, "network-calculus", "there is no bound"),
        (
            "bursts-of-scans",
            {"traffic.scan-3.priority": "track"},
            "network-calculus",
            "different priority classes",
        ),
        (
            "alert-behind-mail",
            {"traffic.alerts.priority": "background"},
            "priority-bound",
            "two or more priority",
        ),
        (
            "scan-and-confirm",
            {"link.radar-centre.loss": 0.1},
            "scanning",
            "may lose or delay what the radar sends",
        ),
        (
            "scan-and-confirm",
            {"node.centre.service": {"kind": "exponential", "mean_s": 1}},
            "scanning",
            "varies",
        ),
        ("mm1", {}, "scanning", "it has traffic"),
        ("availability", {"run.random_outages": False}, "availability", "nothing fails at random"),
        ("availability", {"link.a-b.mttr_h": 1}, "k-of-n", "its elements differ in how they fail"),
        ("one-crew", {}, "availability", "a-b waits for a repair crew"),
        ("shared-risk", {}, "availability", "the shared risk trench takes elements down too"),
        ("shared-risk", {"link.a-b.shared_risk": []}, "shared-risk", "has other members"),
        ("availability", {}, "shared-risk", "it needs one shared risk that fails, and there are 0"),
        ("availability", {}, "held-for-repair", "it needs [[traffic]], and there is none"),
        (
            "held-for-repair",
            {"medium.unsure.propagation_ms": 900},
            "held-for-repair",
            "lose messages under way",
        ),
        ("held-for-repair", {"medium.unsure.capacity_kbps": 1}, "held-for-repair", "a-b is loaded"),
        ("breakdowns-link", {"medium.line.propagation_ms": 9}, "breakdowns-link", "lose more than what is"),
        (
            "breakdowns-link",
            {"traffic.updates.size_bytes": 9},
            "breakdowns-link",
            "it needs exponential sizes",
        ),
        ("breakdowns-node", {"node.b.on_failure": "lost"}, "breakdowns-node", "b loses what it serves"),
        ("breakdowns-node", {"node.b.servers": 2}, "breakdowns-node", "servers of b has no place in it"),
        ("two-on-off-paths", {"traffic.copy-a.phase_s": 2}, "duplicates", "do not send at the same times"),
        ("two-on-off-paths", {"medium.first.propagation_ms": 2}, "duplicates", "its ways differ in length"),
        (
            "failover",
            {},
            "held-for-repair",
            "reroute of main has no place in it",
        ),
        ("failover", {"medium.quick.reroute.detection_s": 9}, "failover", "too large a part of the time"),
        ("same-length-tandem", {"medium.slow.capacity_kbps": 5}, "same-length-tandem", "b-c cannot keep up"),
        ("back-off", {}, "stop-and-wait", "retransmit.backoff of a-b has no place in it"),
        ("stop-and-wait", {}, "back-off", "the time-outs of a-b do not grow"),
        ("back-off", {"medium.lossy.retransmit.max_attempts": 30}, "back-off", "grow beyond 100000 s"),
        ("back-off", {"medium.lossy.keep_order": True}, "back-off", "a-b keeps the order"),
        ("mm1-link", {}, "bursts", "it needs burst_loss on one link, and there is on 0"),
        ("loss-in-bursts", {"medium.fading.capacity_kbps": 1}, "bursts", "a-b is loaded"),
        ("loss-in-bursts", {"medium.fading.burst_loss.loss_bad": 0.0}, "bursts", "loses nothing"),
        ("loss-in-bursts", {}, "stop-and-wait", "burst_loss of a-b has no place in it"),
        ("tactical-slots", {}, "md1", "slots of a-b has no place in it"),
        ("tactical-slots", {"traffic.tracks.size_bytes": 60}, "slots", "a-b has too few slots for 0.6"),
        ("tactical-slots", {"medium.tactical.queue_limit": 5}, "slots", "queue_limit of a-b has no place"),
        ("mm1-link", {}, "slots", "it needs slots on the loaded link alone, and there are on: none"),
        ("mm1-link", {}, "contacts", "it needs contacts on one link, and there are on 0"),
        ("contact-windows", {"medium.relay-plane.contact_every_s": None}, "contacts", "do not repeat"),
        ("contact-windows", {"medium.relay-plane.capacity_kbps": 1}, "contacts", "a-b is loaded"),
        ("contact-windows", {}, "age", "contact_every_s of a-b has no place in it"),
        ("mm1", {}, "two-estimates", "it has traffic"),
        (
            "scan-and-confirm",
            {},
            "two-estimates",
            "it needs two C2s with sensors of their own, and there are 1",
        ),
        ("two-estimates", {"run.impact_interval_s": 1}, "two-estimates", "so that pictures are few"),
        ("mm1-link", {}, "replaced-age", "a-b lets every message wait"),
        ("newest-track-waits", {"traffic.tracks.priority": "warning"}, "replaced-age", "tracks is no track"),
        (
            "newest-track-waits",
            {"traffic.tracks.size_bytes": 900},
            "replaced-age",
            "it needs exponential sizes",
        ),
        ("newest-track-waits", {}, "mm1", "coalesce of a-b has no place in it"),
    ],
)
def test_what_keeps_a_form_from_fitting(
    name: str, changes: dict[str, object], form: str, reason: str
) -> None:
    reasons = judged(case(name, changes))[form]
    assert any(reason in each for each in reasons), reasons


def test_without_sharing_there_are_no_two_estimates() -> None:
    unshared = case("two-estimates").model_copy(update={"sharing": ()})
    assert judged(unshared)["two-estimates"] == ["it needs one C2 that tells the other, and there are 0"]


def test_lengths_kept_from_link_to_link_are_no_jackson_tandem(tmp_path: Path) -> None:
    path = changed_file(
        tmp_path,
        "same-length-tandem",
        "size_bytes = 1000",
        'size_bytes = { kind = "exponential", mean_bytes = 1000 }',
    )
    reasons = judged(load(path))
    assert "messages keep their length from link to link" in reasons["jackson-tandem"][0]
    assert "it needs fixed service" in reasons["same-length-tandem"][0]


def test_a_scenario_without_traffic_or_way_fits_nothing(tmp_path: Path) -> None:
    path = changed_file(tmp_path, "mm1", 'destination = "b"', 'destination = "c"')
    text = path.read_text(encoding="utf-8")
    node = '\n[[node]]\nid = "c"\nrole = "relay"\nnation = "US"\nlat_deg = 0\nlon_deg = 0\n'
    path.write_text(text + node, encoding="utf-8")
    assert judged(load(path))["mm1"] == ["traffic updates reaches no destination"]
    path.write_text((text + node).split("[[traffic]]", maxsplit=1)[0], encoding="utf-8")
    assert judged(load(path))["mm1"] == ["it needs [[traffic]], and there is none"]


@pytest.mark.parametrize(
    "law",
    [
        Uniform(low_s=0.2, high_s=1.8),
        Exponential(mean_s=0.7),
        Lognormal(median_s=0.02, p95_s=0.06),
        Gamma(mean_s=1.0, shape=2.0),
    ],
)
def test_moments_by_integration_over_quantiles(law: Uniform | Exponential | Lognormal | Gamma) -> None:
    service = service_of(law)
    steps = 20_000
    values = [law.quantile((number + 0.5) / steps) for number in range(steps)]
    for power, exact in ((1, service.mean_s), (2, service.second_s2), (3, service.third_s3)):
        # What the midpoint rule misses lies in the last step of a tail that ends nowhere.
        assert math.fsum(value**power for value in values) / steps == pytest.approx(exact, rel=1e-2)


def test_a_degenerate_service_is_fixed() -> None:
    assert service_of(Uniform(low_s=2.0, high_s=2.0)).kind == "fixed"
    assert service_of(None).kind == "none"


def test_what_is_set() -> None:
    assert [is_set(value) for value in (None, False, (), 0, 0.0, True, 3, "word", ("a",))] == [False] * 5 + [
        True
    ] * 4


def test_a_sketch_tells_stations_in_order_and_what_they_take() -> None:
    (flow,) = sketch(case("same-length-tandem")).flows
    assert [station.id for station in flow.stations] == ["a-b", "b-c", "c-d"]
    assert [station.direction for station in flow.stations] == ["a>b", "b>c", "c>d"]
    assert flow.fixed_s == pytest.approx(0.5 + 1.0 + 1 / 3 + 0.015, rel=1e-12)
    assert flow.delay_s == pytest.approx(0.015, rel=1e-12)
    (flow,) = sketch(case("mm1")).flows
    assert [station.id for station in flow.busy_stations()] == ["b"]
    assert flow.idle_s() == pytest.approx(8e-12, rel=1e-9)


def test_an_exact_value_follows_the_scenario() -> None:
    form = next(form for form in FORMS if form.name == "md1")
    quantities = form.check(sketch(case("md1", {"traffic.updates.rate_per_s": 0.3}))).quantities
    assert quantities[0].exact == pytest.approx(md1_wait_s(0.3, 1.0), rel=1e-12)


def test_names_of_forms_are_their_own() -> None:
    assert len({form.name for form in FORMS}) == len(FORMS)
    assert all(form.title and form.source for form in FORMS)
