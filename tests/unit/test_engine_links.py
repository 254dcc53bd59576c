"""Mechanisms of links step by step; every time worked out by hand, a message takes 1 s unless stated."""

from __future__ import annotations

import pytest

from tests.engine_cases import frame
from tests.engine_pairs import assert_engines_agree
from tests.link_cases import fates, flow, link_scenario, one, run_links
from warnpath.engine import build_plan

SLOW = "capacity_kbps = 0.8"
"""A message takes 10 s."""


def arrivals(output):
    return fates(output).delivered_s.tolist()


def test_a_higher_class_interrupts_and_the_rest_is_sent_later(tmp_path):
    # Background from 0 to 3 and 23 to 30, a track from 3 to 5 and 15 to 23, a warning from 5 to 15.
    flows = [one(0, "background"), one(3, "track"), one(5, "warning")]
    output = run_links(link_scenario(tmp_path, {"a-b": f"{SLOW}\npreemptive = true"}, flows))
    assert arrivals(output) == pytest.approx([30.0, 23.0, 15.0])
    hops = frame(output, "hops").sort_values("message")
    assert hops.start_s.tolist() == pytest.approx([0.0, 3.0, 5.0])
    assert hops.service_s.tolist() == pytest.approx([10.0, 10.0, 10.0])
    link = frame(output, "elements").iloc[0]
    assert link.utilisation * 500 == pytest.approx(30.0)
    waiting = run_links(link_scenario(tmp_path, {"a-b": SLOW}, flows))
    assert arrivals(waiting) == pytest.approx([10.0, 30.0, 20.0])


def test_an_equal_class_does_not_interrupt(tmp_path):
    scenario = link_scenario(
        tmp_path, {"a-b": f"{SLOW}\npreemptive = true"}, [one(0, "track"), one(3, "track")]
    )
    assert arrivals(run_links(scenario)) == pytest.approx([10.0, 20.0])


def test_a_queue_of_bytes_takes_what_fits(tmp_path):
    # 600 bytes at 1 s and 500 at 3 s wait for the first; 901 more do not fit into 1,500, 400 at 4 s do.
    sizes = [1000, 600, 901, 500, 400]
    flows = [one(number, size_bytes=size) for number, size in enumerate(sizes)]
    output = run_links(link_scenario(tmp_path, {"a-b": f"{SLOW}\nqueue_limit_bytes = 1500"}, flows))
    assert fates(output).status.tolist() == ["delivered"] * 2 + ["queue_full"] + ["delivered"] * 2
    assert arrivals(output)[-1] == pytest.approx(10.0 + 6.0 + 5.0 + 4.0)
    both = f"{SLOW}\nqueue_limit_bytes = 1500\nqueue_limit = 1"
    output = run_links(link_scenario(tmp_path, {"a-b": both}, flows))
    assert fates(output).status.tolist() == ["delivered"] * 2 + ["queue_full"] * 3


@pytest.mark.parametrize("room", ["queue_limit = 1", "queue_limit_bytes = 1500"])
def test_what_has_expired_takes_no_room_from_others(tmp_path, room):
    # Sent until 10; the next waits from 1 and expires at 3, so one at 2 finds no room, and one at 4 does.
    flows = [one(0), one(1, more="lifetime_s = 2"), one(2), one(4, more="lifetime_s = 9"), one(5)]
    scenario = link_scenario(tmp_path, {"a-b": f"{SLOW}\n{room}"}, flows)
    output = assert_engines_agree(build_plan(scenario))
    found = fates(output)
    assert found.status.tolist() == ["delivered", "expired", "queue_full", "delivered", "queue_full"]
    assert found.delivered_s.dropna().tolist() == pytest.approx([10.0, 20.0])
    occupancy = frame(output, "occupancy").query("element == 'a-b'")
    assert occupancy.queued.max() == 1
    link = frame(output, "elements").iloc[0]
    assert link.dropped == 3
    # One waited from 1 until it was thrown out at 4, another from then until 10.
    assert link.mean_queue * 500 == pytest.approx(9.0)


def test_room_that_what_has_expired_leaves_may_still_be_too_little(tmp_path):
    # 300 bytes expire at 2; 900 more would need 400, so that one is refused, and one of 500 taken.
    flows = [
        one(0),
        one(1, size_bytes=300, more="lifetime_s = 1"),
        one(1.5, size_bytes=800),
        one(4, size_bytes=900),
        one(5, size_bytes=500),
    ]
    lines = f"{SLOW}\nqueue_limit_bytes = 1300"
    output = assert_engines_agree(build_plan(link_scenario(tmp_path, {"a-b": lines}, flows)))
    expected = ["delivered", "expired", "delivered", "queue_full", "delivered"]
    assert fates(output).status.tolist() == expected
    occupancy = frame(output, "occupancy").query("element == 'a-b'")
    # 1.5 s: two wait. At 4 s one of them is thrown out. At 5 s two wait again.
    assert occupancy[occupancy.time_s.between(1.4, 5.1)].queued.tolist() == [2, 1, 2]


def test_time_outs_grow_by_their_factor(tmp_path):
    # Everything is lost: tries at 0, 1 + 2, 4 + 6, 11 + 18 and 30 + 54 s, each a second long.
    lines = "loss = 1\nretransmit = { timeout_s = 2, backoff = 3, max_attempts = 5 }"
    output = run_links(link_scenario(tmp_path, {"a-b": lines}, [one(0)]))
    assert frame(output, "hops").start_s.tolist() == pytest.approx([0.0, 3.0, 10.0, 29.0, 84.0])
    assert fates(output).status.tolist() == ["lost"]


TRACKS = flow(
    'kind = "periodic"\ninterval_s = 1\nphase_s = 0.5\nend_s = 8\nsize_bytes = 1000\npriority = "track"'
)


def test_a_newer_report_takes_the_place_of_an_older_one(tmp_path):
    # The link is taken for 10 s; of eight tracks the last one goes, in the first one's place.
    flows = [one(0, "track"), TRACKS, one(1, "track")]
    output = run_links(link_scenario(tmp_path, {"a-b": f"{SLOW}\ncoalesce = true"}, flows))
    found = fates(output)
    assert found.loc["flow-1", "status"].tolist() == ["superseded"] * 7 + ["delivered"]
    assert found.delivered_s.dropna().tolist() == pytest.approx([10.0, 20.0, 30.0])
    traffic, link = frame(output, "traffic"), frame(output, "elements").iloc[0]
    assert traffic.superseded.tolist() == [0, 7, 0]
    assert (link.superseded, link.dropped, link.max_queue) == (7, 0, 2)
    plain = fates(run_links(link_scenario(tmp_path, {"a-b": SLOW}, flows)))
    assert (plain.status == "delivered").all()


def test_only_tracks_are_replaced(tmp_path):
    flows = [one(0), TRACKS.replace('"track"', '"background"')]
    output = run_links(link_scenario(tmp_path, {"a-b": f"{SLOW}\ncoalesce = true"}, flows))
    assert (fates(output).status == "delivered").all()


def test_replacing_makes_room_in_a_full_queue(tmp_path):
    lines = f"{SLOW}\ncoalesce = true\nqueue_limit = 1\nqueue_limit_bytes = 1000"
    output = run_links(link_scenario(tmp_path, {"a-b": lines}, [one(0), TRACKS]))
    assert frame(output, "traffic").queue_full.tolist() == [0, 0]


# Slots at 0.25, 1.25, 2.25 ... s: 12 of 1536 in a frame of 12 s, from the 32nd on; 4,000 bits in each.
SLOTS = "slots = { own_slots = 12, first_slot = 32, slot_bits = 4000 }"


def test_a_message_waits_for_slots_and_takes_whole_ones(tmp_path):
    flows = [one(0.5), one(0.75, "warning"), one(5.0, size_bytes=501), one(7.5, size_bytes=1)]
    output = run_links(link_scenario(tmp_path, {"a-b": SLOTS}, flows))
    # The warning has the slots at 1.25 and 2.25 although it came later; 4,008 bits take two slots as well.
    last = 0.0078125
    assert arrivals(output) == pytest.approx([4.25 + last, 2.25 + last, 6.25 + last, 8.25 + last], abs=1e-12)
    assert frame(output, "hops").sort_values("message").start_s.tolist() == pytest.approx(
        [3.25, 1.25, 5.25, 7.25 + 1.0], abs=1e-12
    )


def test_the_way_back_has_slots_of_its_own(tmp_path):
    scenario = link_scenario(tmp_path, {"a-b": SLOTS + "\nname = 'x'"}, [one(0.0)])
    there = build_plan(scenario).entities["links"]
    both = build_plan(scenario.replace({"link.a-b.duplex": True})).entities["links"]
    assert [link["slot_first_s"] for link in there] == [0.25]
    assert sorted(link["slot_first_s"] for link in both) == [0.25, 0.75]


def test_slots_are_used_one_after_the_other_without_a_gap(tmp_path):
    # 30 messages of one slot each, all there at 0: one a second, none skipped, none used twice.
    flows = [one(0.0, size_bytes=500) for _ in range(30)]
    output = run_links(link_scenario(tmp_path, {"a-b": SLOTS}, flows))
    expected = [0.25 + number + 0.0078125 for number in range(30)]
    assert sorted(arrivals(output)) == pytest.approx(expected, abs=1e-9)


CONTACTS = "contacts = [{ start_s = 4, end_s = 10 }, { start_s = 20, end_s = 60 }]"


def test_a_link_exists_at_times_only(tmp_path):
    # From 4 to 10 most of the track, its rest after the warning from 30 to 34.
    flows = [one(0, "background"), one(3, "track"), one(5, "warning")]
    output = run_links(link_scenario(tmp_path, {"a-b": f"{SLOW}\n{CONTACTS}"}, flows))
    assert arrivals(output) == pytest.approx([44.0, 34.0, 30.0])


def test_what_is_in_flight_at_the_end_of_a_contact_arrives(tmp_path):
    lines = f"propagation_ms = 3000\n{CONTACTS}"
    flows = [one(8.75), one(9.5), one(59.0), one(60.0)]
    output = run_links(link_scenario(tmp_path, {"a-b": lines}, flows))
    # The second has sent 0.25 s when the contact ends; the third is through exactly at the end of the last.
    assert arrivals(output)[:3] == pytest.approx([12.75, 23.75, 63.0])
    assert fates(output).status.tolist() == ["delivered"] * 3 + ["in_flight"]


def test_contacts_repeat(tmp_path):
    lines = "contacts = [{ start_s = 1, end_s = 2 }, { start_s = 4, end_s = 6 }]\ncontact_every_s = 10"
    flows = [one(at_s, size_bytes=250) for at_s in (0.0, 2.0, 7.0, 12.5, 20.0, 446.0)]
    output = run_links(link_scenario(tmp_path, {"a-b": lines}, flows))
    assert arrivals(output) == pytest.approx([1.25, 4.25, 11.25, 14.25, 21.25, 451.25])


DEGRADED = """
[[outage]]
id = "rain"
element = "a-b"
down_s = 5
up_s = 30
degraded = { capacity_factor = 0.5, delay_factor = 2 }
"""


def test_a_degraded_link_sends_more_slowly_while_it_lasts(tmp_path):
    # 5 s at full and 10 s at half rate; 15 to 30 at half and 2.5 s at full rate; then as ever.
    flows = [one(0), one(1), one(2)]
    scenario = link_scenario(tmp_path, {"a-b": f"{SLOW}\npropagation_ms = 1000"}, flows, end=DEGRADED)
    assert arrivals(run_links(scenario)) == pytest.approx([15.0 + 2.0, 32.5 + 1.0, 42.5 + 1.0])


def test_modes_at_once_work_together(tmp_path):
    more = DEGRADED.replace('"rain"', '"snow"').replace("up_s = 30", "").replace("= 0.5", "= 0.25")
    scenario = link_scenario(tmp_path, {"a-b": SLOW}, [one(10)], end=DEGRADED + more)
    # An eighth of the rate from 10 to 30, then a quarter: 2.5 and 7.5 s of transmission.
    assert arrivals(run_links(scenario)) == pytest.approx([60.0])


def test_a_slot_of_a_degraded_link_holds_fewer_bits(tmp_path):
    # 4,000 bits take two slots where one holds 2,000 of them: at 6.25 and 7.25 s.
    flows = [one(5.5, size_bytes=500)]
    scenario = link_scenario(tmp_path, {"a-b": SLOTS}, flows, end=DEGRADED)
    assert arrivals(run_links(scenario)) == pytest.approx([7.25 + 0.0078125])


def test_what_was_interrupted_goes_on_at_the_rate_there_is_then(tmp_path):
    # From 0 to 4 at full rate, 6 s to go; the warning from 4 to 5 and 9 s at half rate to 23; then 12 s more,
    # 7 of them at half rate to 30 and 2.5 s at full rate.
    flows = [one(0, "track"), one(4, "warning")]
    scenario = link_scenario(tmp_path, {"a-b": f"{SLOW}\npreemptive = true"}, flows, end=DEGRADED)
    assert arrivals(run_links(scenario)) == pytest.approx([32.5, 23.0])


def test_a_rescaled_link_is_exactly_itself_again(tmp_path):
    scenario = link_scenario(tmp_path, {"a-b": SLOW}, [one(100)], end=DEGRADED)
    assert arrivals(run_links(scenario)) == [110.0]


def on_failure(service: str, flight: str, queued: str) -> str:
    fate = f'{{ in_service = "{service}", in_flight = "{flight}", queued = "{queued}" }}'
    return f"propagation_ms = 5000\nreroute = {{ detection_s = 1, convergence_s = 3 }}\non_failure = {fate}"


@pytest.mark.parametrize(
    ("said", "status", "times"),
    [
        # In flight, in transmission and queued when the link fails at 3.5 s; one comes at 5; up again at 50.
        (("lost", "lost", "held"), "lldd", [None, None, 56.0, 57.0]),
        (("held", "lost", "held"), "lddd", [None, 56.0, 57.0, 58.0]),
        (("lost", "held", "held"), "dldd", [56.0, None, 57.0, 58.0]),
        (("held", "held", "held"), "dddd", [56.0, 57.0, 58.0, 59.0]),
        (("held", "held", "lost"), "ddll", [56.0, 57.0, None, None]),
        (("lost", "lost", "lost"), "llll", [None, None, None, None]),
    ],
)
def test_a_failure_loses_or_holds_each_as_the_link_says(tmp_path, said, status, times):
    flows = [one(2.0), one(3.0), one(3.25), one(5.0)]
    output = run_links(link_scenario(tmp_path, {"a-b": on_failure(*said)}, flows), {"a-b": (3.5, 50.0)})
    found = fates(output)
    words = {"l": "link_down", "d": "delivered"}
    assert found.status.tolist() == [words[letter] for letter in status]
    for value, expected in zip(found.delivered_s, times, strict=True):
        assert expected is None or value == pytest.approx(expected)
    assert frame(output, "elements").iloc[0].dropped == status.count("l")


AROUND = {"c-b": "propagation_ms = 50000", "a-c": "propagation_ms = 50000"}


@pytest.mark.parametrize(
    ("said", "times"),
    [
        # The way round takes 2 x (50 + 1) s and is known at 7.5 s, where what is rerouted leaves in order.
        (("rerouted", "rerouted", "rerouted"), [109.5, 110.5, 111.5, 112.5]),
        (("rerouted", "held", "held"), [206.0, 109.5, 207.0, 112.0]),
        (("lost", "rerouted", "held"), [109.5, None, 206.0, 112.0]),
        (("lost", "lost", "rerouted"), [None, None, 109.5, 112.0]),
    ],
)
def test_what_is_rerouted_leaves_when_the_network_knows(tmp_path, said, times):
    flows = [one(2.0), one(3.0), one(3.25), one(10.0)]
    scenario = link_scenario(tmp_path, {"a-b": on_failure(*said), **AROUND}, flows)
    found = fates(run_links(scenario, {"a-b": (3.5, 200.0)}))
    for value, expected in zip(found.delivered_s, times, strict=True):
        assert expected is None or value == pytest.approx(expected)
    assert found.path.iloc[-1] == "a>c>b"
    assert [status for status in found.status if status != "delivered"] == ["link_down"] * times.count(None)


def test_without_another_way_what_is_rerouted_is_held(tmp_path):
    flows = [one(2.0), one(3.0), one(3.25)]
    scenario = link_scenario(tmp_path, {"a-b": on_failure("rerouted", "rerouted", "rerouted")}, flows)
    found = fates(run_links(scenario, {"a-b": (3.5, 50.0)}))
    assert found.delivered_s.tolist() == pytest.approx([56.0, 57.0, 58.0])


def test_what_waits_for_a_node_that_failed_is_rerouted(tmp_path):
    # Two ways from a to b; the one over d fails at d while messages wait for the link to it.
    reroute = 'reroute = { detection_s = 1, convergence_s = 0 }\non_failure = { queued = "rerouted" }'
    slow = f"{SLOW}\n{reroute}"
    links = {"a-d": slow, "d-b": "", "a-c": "propagation_ms = 60000", "c-b": ""}
    flows = [one(0.0), one(1.0), one(2.0)]
    found = fates(run_links(link_scenario(tmp_path, links, flows), {"d": (5.0, None)}))
    assert found.status.tolist() == ["node_down", "delivered", "delivered"]
    # Known at 6 s: 1 s each on the link to c, one after the other.
    assert found.delivered_s.tolist()[1:] == pytest.approx([68.0, 69.0])


def test_many_are_rerouted_some_at_a_time(tmp_path):
    flows = [one(1.0 + number / 64.0) for number in range(50)]
    said = on_failure("rerouted", "rerouted", "rerouted")
    scenario = link_scenario(tmp_path, {"a-b": f"capacity_kbps = 0.08\n{said}", **AROUND}, flows)
    found = fates(run_links(scenario, {"a-b": (3.5, None)}))
    assert sorted(found.delivered_s) == pytest.approx([109.5 + number for number in range(50)])


MECHANISMS = {
    "preemption": ("preemptive = true\nqueue_limit_bytes = 4000", "", {}),
    "bursts": (
        "burst_loss = { to_bad = 0.1, to_good = 0.3, loss_good = 0.05, loss_bad = 0.9 }\n"
        "retransmit = { timeout_s = 0.5, backoff = 1.7, max_attempts = 4 }",
        "",
        {},
    ),
    "coalescing": ("coalesce = true\nqueue_limit = 2", "", {}),
    "slots": (SLOTS + "\nloss = 0.1\nretransmit = { timeout_s = 0.3, max_attempts = 3 }", "", {}),
    "contacts": (CONTACTS + "\ncontact_every_s = 70\npreemptive = true", "", {}),
    "degradation": (
        "loss = 0.05\npropagation_ms = 700",
        DEGRADED.replace(" }", ", loss = 0.1 }"),
        {},
    ),
    "failures": (on_failure("held", "rerouted", "held"), DEGRADED, {"a-b": (20.0, 60.0)}),
}


@pytest.mark.parametrize("name", MECHANISMS)
def test_both_engines_do_the_same(tmp_path, name):
    lines, end, outages = MECHANISMS[name]
    jitter = '\njitter = { kind = "exponential", mean_s = 0.4 }'
    flows = [
        flow(
            f'kind = "poisson"\nrate_per_s = {rate}\n'
            'size_bytes = { kind = "exponential", mean_bytes = 800 }\n'
            f'priority = "{priority}"\nlifetime_s = 30'
        )
        for rate, priority in ((0.2, "warning"), (0.4, "track"), (0.5, "background"))
    ]
    scenario = link_scenario(tmp_path, {"a-b": lines + jitter, **AROUND}, flows, duration_s=150, end=end)
    output = assert_engines_agree(build_plan(scenario, outages), 1)
    assert output.status == "ok"
    assert len(output.columns["messages"]["message"]) > 100
