"""Networks as scenario files, for the public loader."""

from __future__ import annotations

import math
from pathlib import Path

from tests.benchmarks.network_file import NO_LIMIT, Z95, Delay, Line, Network

HEADING = """\
schema_version = 1
name = "{name}"

[run]
replications = 1
seed = 1
duration_s = {end_s!r}
"""


def write_scenario(network: Network, file: Path, name: str = "generated") -> Path:
    """Write a network as a scenario file; links of equal numbers share a medium."""
    text = [HEADING.format(name=name, end_s=network.end_s)]
    media: dict[str, str] = {}
    links: dict[tuple[str, str], list[Line]] = {}
    for line in network.lines:
        media.setdefault(_channel(line), f"class-{len(media)}")
        links.setdefault((line.link, _channel(line)), []).append(line)
    text += [f"[medium.{medium}]\n{channel}" for channel, medium in media.items()]
    for node, station in network.stations.items():
        # All in one place: every link states its propagation, which must not beat light.
        text.append(f'[[node]]\nid = "{node}"\nrole = "relay"\nnation = "US"')
        text.append("lat_deg = 0\nlon_deg = 0")
        text.append(f"servers = {station.servers}")
        if station.service is not None:
            text.append(f"service = {_delay(station.service)}")
        if station.queue_limit < NO_LIMIT:
            text.append(f"queue_limit = {station.queue_limit}")
    for (link, channel), lines in links.items():
        first = lines[0]
        duplex = "true" if len(lines) == 2 else "false"
        text.append(f'[[link]]\nid = "{link}"\nends = ["{first.tail}", "{first.head}"]')
        text.append(f'medium = "{media[channel]}"\nduplex = {duplex}')
    for number, stream in enumerate(network.streams):
        text.append(f'[[traffic]]\nid = "stream-{number}"\nkind = "periodic"')
        text.append(f'source = "{stream.source}"\ndestination = "{stream.destination}"')
        text.append(f"interval_s = {stream.interval_s!r}\nsize_bytes = {stream.bits / 8.0!r}")
        text.append(f"start_s = {stream.start_s!r}\nend_s = {stream.end_s!r}")
        if stream.phase_s is not None:
            text.append(f"phase_s = {stream.phase_s!r}")
    for failure in network.failures:
        if failure.mttr_s > 0.0:
            raise ValueError(f"{failure.element}: only scripted failures are written")
        text.append(f'[[outage]]\nelement = "{failure.element}"\ndown_s = {failure.down_s!r}')
        if failure.up_s < math.inf:
            text.append(f"up_s = {failure.up_s!r}")
    file.write_text("\n".join(text) + "\n", encoding="utf-8")
    return file


def _channel(line: Line) -> str:
    text = [
        f"capacity_kbps = {line.capacity_bps / 1000.0!r}",
        f"propagation_ms = {1000.0 * line.propagation_s!r}",
        f"keep_order = {'true' if line.keep_order else 'false'}",
        f"loss = {line.loss!r}",
    ]
    if line.max_attempts > 1:
        again = f"timeout_s = {line.retry_timeout_s!r}, max_attempts = {line.max_attempts}"
        text.append(f"retransmit = {{ {again} }}")
    if line.queue_limit < NO_LIMIT:
        text.append(f"queue_limit = {line.queue_limit}")
    if line.jitter is not None:
        text.append(f"jitter = {_delay(line.jitter)}")
    return "\n".join(text)


def _delay(delay: Delay) -> str:
    fields = {
        "fixed": f"value_s = {delay.first!r}",
        "uniform": f"low_s = {delay.first!r}, high_s = {delay.second!r}",
        "exponential": f"mean_s = {delay.first!r}",
    }
    if delay.kind == "lognormal":
        median_s = math.exp(delay.first)
        p95_s = math.exp(delay.first + delay.second * Z95)
        return f'{{ kind = "lognormal", median_s = {median_s!r}, p95_s = {p95_s!r} }}'
    return f'{{ kind = "{delay.kind}", {fields[delay.kind]} }}'
