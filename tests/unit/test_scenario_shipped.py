"""What ships: every system of the agreement, figures as published, variants that differ where they should."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from warnpath.scenario import (
    Lognormal,
    Quantity,
    Scenario,
    class_defaults,
    effective_launch,
    effective_link,
    effective_sensor,
    json_schema,
    load,
    reliability,
    shipped,
)
from warnpath.scenario.documents import SHIPPED

NAMES = ("direct", "national-only", "on-request", "trilateral", "two-hubs")


@pytest.fixture(scope="module")
def family() -> dict[str, Scenario]:
    return {name: load(name) for name in NAMES}


@pytest.fixture(scope="module")
def trilateral(family: dict[str, Scenario]) -> Scenario:
    return family["trilateral"]


def test_five_scenarios_ship_each_with_a_title() -> None:
    titles = shipped()
    assert tuple(titles) == NAMES
    assert all(titles.values())
    assert len(set(titles.values())) == len(NAMES)


def test_the_nodes_are_those_of_the_agreement(trilateral: Scenario) -> None:
    by_class: dict[str, int] = {}
    for node in trilateral.node:
        if node.sensor is not None:
            by_class[str(node.sensor.class_)] = by_class.get(str(node.sensor.class_), 0) + 1
    # Public lists of sites; the ships are generic.
    assert by_class == {
        "fps-5": 4,
        "fps-7": 6,
        "fps-3-upgraded": 7,
        "tpy-2-forward": 2,
        "tpy-2-terminal": 1,
        "green-pine-b": 2,
        "green-pine-c": 2,
        "ship-radar": 4,
        "space-infrared": 1,
    }
    assert {node.id for node in trilateral.node if node.decides} == {"jp-adc", "kr-kamd"}
    assert {node.id for node in trilateral.node if node.role == "hub"} == {"us-hub"}
    assert {node.id for node in trilateral.node if node.role == "consumer"} == {
        *("jp-sapporo", "jp-aomori", "jp-sendai", "jp-niigata", "jp-naha", "jp-maritime"),
        *("kr-seoul", "kr-ulleung", "kr-baengnyeong", "kr-maritime"),
    }
    assert trilateral.nations() == ("JP", "KR", "US")
    assert trilateral.labels() == ("JP", "KR", "US-JAPAN", "US-KOREA", "US-SPACE")


@pytest.mark.parametrize(
    ("link", "one_way_ms"),
    [
        # Great circle x route factor x 4.9 us/km + equipment, as published for the class (0.1 ms rounding).
        ("jp-fps5-shimokoshiki-tail", 7.8),
        ("jp-fps7-miyakojima-tail", 13.4),
        ("us-tpy2-seongju-tail", 2.2),
        ("kr-gp-south2-tail", 2.7),
        ("jp-adc-usfj", 0.5),
        ("hub-613aoc", 0.6),
        ("kr-jcs-mois", 1.8),
        ("usfj-hub-fibre", 45.8),
        ("usfk-hub-fibre", 63.9),
        ("hub-opir-ground-fibre", 40.0),
        ("usfj-hub-geo", 280.0),
        ("usfk-hub-leo", 55.0),
        ("usfj-hub-meo", 80.0),
        ("opir-japan-geo", 300.0),
        ("opir-downlink", 260.0),
        ("sea-aegis-kr-west-tdl", 1500.0),
        ("jp-alert-naha", 5000.0),
        ("kr-maritime-notice", 10000.0),
    ],
)
def test_one_way_delays_are_those_of_the_link_classes(
    trilateral: Scenario, link: str, one_way_ms: float
) -> None:
    assert effective_link(trilateral, link).propagation_s * 1e3 == pytest.approx(one_way_ms, abs=0.06)


def test_the_direct_link_meets_the_measured_round_trip(family: dict[str, Scenario]) -> None:
    # Tokyo to Seoul: 31.4 ms there and back (cloud regions, 2017).
    assert 2e3 * effective_link(family["direct"], "jp-kr-direct").propagation_s == pytest.approx(
        31.4, abs=0.1
    )


@pytest.mark.parametrize(
    ("link", "availability", "repair_h"),
    [("usfj-hub-fibre", 0.995, 24), ("jp-adc-mod", 0.9999, 4), ("jp-fps5-sado-tail", 0.9995, 4)],
)
def test_mean_time_between_failures_follows_from_availability(
    trilateral: Scenario, link: str, availability: float, repair_h: float
) -> None:
    found = effective_link(trilateral, link)
    assert (found.availability, found.mttr_s) == (availability, repair_h * 3600.0)
    assert found.mtbf_s == pytest.approx(repair_h * 3600.0 * availability / (1.0 - availability))


def test_reliability_from_each_pair() -> None:
    assert reliability(None, Quantity(nominal=99.0), Quantity(nominal=1.0)) == (0.99, 99.0 * 3600.0, 3600.0)
    assert reliability(Quantity(nominal=1.0), None, Quantity(nominal=1.0)) == (1.0, math.inf, 3600.0)
    assert reliability(Quantity(nominal=0.9), None, None) == (None, None, None)


def test_sensors_take_what_they_do_not_state_from_their_class(trilateral: Scenario) -> None:
    sado = effective_sensor(trilateral, "jp-fps5-sado")
    assert (float(sado.scan_period_s), float(sado.sigma_m), float(sado.min_elevation_deg)) == (
        2.0,
        200.0,
        3.0,
    )
    assert (sado.confirm_hits, sado.confirm_scans, sado.label) == (3, 5, "JP")
    assert "range_km" in sado.defaults
    assert "reports_to" not in sado.defaults
    own = trilateral.replace({"node.jp-fps5-sado.sensor.range_km": 1234.0})
    assert float(effective_sensor(own, "jp-fps5-sado").range_km or 0.0) == 1234.0
    assert "range_km" not in effective_sensor(own, "jp-fps5-sado").defaults


def test_the_infrared_sensor_has_its_delays(trilateral: Scenario) -> None:
    space = effective_sensor(trilateral, "us-space-infrared")
    assert (space.kind, space.label, float(space.sigma_m)) == ("infrared", "US-SPACE", 5000.0)
    assert isinstance(space.first_detection, Lognormal)
    assert isinstance(space.message_delay, Lognormal)
    # Launch to detection 40 s (to 70 s), detection to message 60 s (to 180 s): public literature.
    assert (space.first_detection.quantile(0.5), space.first_detection.quantile(0.95)) == pytest.approx(
        (40, 70)
    )
    assert (space.message_delay.quantile(0.5), space.message_delay.quantile(0.95)) == pytest.approx((60, 180))


def test_a_node_that_is_no_sensor_has_no_sensor_values(trilateral: Scenario) -> None:
    with pytest.raises(ValueError, match='has the role "hub"'):
        effective_sensor(trilateral, "us-hub")


def test_korea_to_japan_passes_two_releases_of_about_two_seconds_in_all(trilateral: Scenario) -> None:
    medians = []
    for name in ("kr-kamd", "us-hub"):
        release = trilateral.node_by_id(name).release
        assert release is not None
        medians.append(release.quantile(0.5))
    assert sum(medians) == pytest.approx(2.0)


def test_every_flight_of_the_sets_is_there(trilateral: Scenario) -> None:
    assert trilateral.launch_sets() == (
        *("lofted", "overflight", "overflight-far"),
        *("pull-up", "salvo", "short-range"),
    )
    assert [launch.id for launch in trilateral.active_launches()] == ["overflight"]
    # Announced ranges and apogees, km.
    announced = {
        "overflight": (2700, 550),
        "overflight-far": (3700, 770),
        "lofted": (1001.2, 6648.4),
        "short-range": (450, 120),
        "pull-up": (600, 50),
        "salvo-07": (350, 100),
    }
    for name, (range_km, apogee_km) in announced.items():
        flight = effective_launch(trilateral, name)
        assert flight.range_km is not None
        assert (float(flight.range_km), float(flight.apogee_km)) == (range_km, apogee_km)


def test_the_salvo_is_eighteen_launches_within_a_minute(trilateral: Scenario) -> None:
    salvo = trilateral.replace({"launch_set": "salvo"}).active_launches()
    times = sorted(float(launch.at_s) for launch in salvo)
    assert len(salvo) == 18
    assert (times[0], times[-1]) == (0.0, 59.5)
    assert len(set(times)) == 18


def test_variants_differ_only_where_data_crosses(family: dict[str, Scenario]) -> None:
    """The two alliances, sensors, links and launches are the same in every variant."""
    base = family["national-only"]
    alliances = {rule.id for rule in base.sharing}
    for name, scenario in family.items():
        assert {rule.id for rule in scenario.sharing if rule.id in alliances} == alliances
        assert scenario.launch == base.launch
        assert scenario.medium == base.medium
        assert scenario.sensor_class == base.sensor_class
        extra_links = {link.id for link in scenario.link} - {link.id for link in base.link}
        extra_nodes = {node.id for node in scenario.node} - {node.id for node in base.node}
        assert extra_links == {
            "direct": {"jp-kr-direct"},
            "two-hubs": {"usfj-guam-fibre", "usfk-guam-fibre", "guam-hub-fibre"},
        }.get(name, set())
        assert extra_nodes == ({"us-hub-guam"} if name == "two-hubs" else set())
        changed = {node.id for node in base.node if node != scenario.node_by_id(node.id)}
        assert changed == ({"jp-adc", "kr-kamd"} if name == "on-request" else set())


@pytest.mark.parametrize(
    ("name", "via", "mode"),
    [
        ("trilateral", {"us-hub"}, "automatic"),
        ("national-only", None, None),
        ("on-request", {"us-hub"}, "on_request"),
        ("direct", {"jp-adc", "kr-kamd"}, "automatic"),
        ("two-hubs", {"us-hub", "us-hub-guam"}, "automatic"),
    ],
)
def test_data_crosses_only_where_the_variant_says(
    family: dict[str, Scenario], name: str, via: set[str] | None, mode: str | None
) -> None:
    scenario = family[name]
    crossing = [rule for rule in scenario.sharing if {rule.data_of[:2], rule.to} == {"JP", "KR"}]
    crossing += [
        rule
        for rule in scenario.sharing
        if (rule.data_of, rule.to) in (("US-KOREA", "JP"), ("US-JAPAN", "KR"))
    ]
    assert {node for rule in crossing for node in rule.via} == (via or set())
    assert {rule.mode for rule in crossing} == ({mode} if mode else set())
    assert len(crossing) == (4 if via else 0)
    for prohibition in scenario.prohibition:
        assert set(prohibition.except_via) == (via or set())
    assert {(item.data_of, item.to) for item in scenario.prohibition} == {
        *(("KR", "JP"), ("US-KOREA", "JP")),
        *(("JP", "KR"), ("US-JAPAN", "KR")),
    }


def test_a_person_answers_requests_in_minutes(family: dict[str, Scenario]) -> None:
    for name in ("jp-adc", "kr-kamd"):
        node = family["on-request"].node_by_id(name)
        assert isinstance(node.answer, Lognormal)
        assert node.answer.median_s == Quantity(
            nominal=600.0, low=120.0, high=3600.0, source="request", mark="assumed"
        )
        assert node.answer_servers == 1


def quantities(value: Any) -> Iterator[Quantity]:
    if isinstance(value, Quantity):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from quantities(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from quantities(item)
    elif hasattr(value, "model_fields_set"):
        for field in type(value).model_fields:
            yield from quantities(getattr(value, field))


@pytest.mark.parametrize("name", NAMES)
def test_numbers_with_a_range_have_a_source_and_a_mark(family: dict[str, Scenario], name: str) -> None:
    scenario = family[name]
    ranged = [item for item in quantities(scenario) if item.low is not None or item.high is not None]
    assert len(ranged) > 200
    for item in ranged:
        assert item.low is not None
        assert item.high is not None
        assert item.source in scenario.sources
        assert item.mark is not None


@pytest.mark.parametrize("name", NAMES)
def test_media_sensors_profiles_and_people_state_their_ranges(family: dict[str, Scenario], name: str) -> None:
    scenario = family[name]
    people = [
        getattr(node, field) for node in scenario.node for field in ("assessment", "approval", "release")
    ]
    for item in quantities((scenario.medium, scenario.sensor_class, scenario.profile, tuple(people))):
        assert item.low is not None, item
        assert item.mark is not None, item


def test_no_total_from_launch_to_alert_is_used_as_a_stage(trilateral: Scenario) -> None:
    """Published totals (launch to confirmation 180 s, to alert 240 s) contain detection and people."""
    medians = {
        float(delay.median_s)
        for node in trilateral.node
        for delay in (node.service, node.assessment, node.approval, node.release, node.answer)
        if isinstance(delay, Lognormal)
    }
    assert medians == {0.02, 1.0, 60.0}


def test_no_source_is_left_over_or_named_like_a_host(family: dict[str, Scenario]) -> None:
    used: set[str] = set()
    for scenario in family.values():
        used |= {item.source for item in quantities(scenario) if item.source is not None}
        assert not [text for text in scenario.sources.values() if "://" in text or "www." in text]
    assert used == {name for scenario in family.values() for name in scenario.sources}


def test_elements_that_ran_on_class_defaults_are_named(trilateral: Scenario) -> None:
    defaults = class_defaults(trilateral)
    assert "capacity_kbps" in defaults["link.usfj-hub-fibre"]
    assert "route_factor" not in defaults["link.usfj-hub-fibre"]
    assert "range_km" in defaults["node.kr-gp-cb"]
    assert "node.us-hub" not in defaults


def test_the_schema_knows_every_field_and_accepts_a_difference() -> None:
    schema = json_schema()
    assert schema["properties"]["source"]
    definitions = schema["$defs"]
    assert "required" not in schema
    assert "required" not in definitions["Node"]
    assert definitions["Node"]["properties"]["remove"]["type"] == "boolean"
    assert definitions["SensorSettings"]["properties"]["class"]
    assert {"type": "number"} in definitions["Quantity"]["anyOf"]


def test_files_stay_neat() -> None:
    for path in sorted(SHIPPED.glob("*.toml")):
        lines = path.read_text(encoding="utf-8").split("\n")
        assert lines[-1] == ""
        assert lines[0].startswith("# ")
        assert not [line for line in lines if line != line.rstrip()]
        comments = [line for line in lines if line.startswith("#")]
        assert max(len(line) for line in comments) <= 120
    assert Path(SHIPPED / "_base.toml").is_file()
