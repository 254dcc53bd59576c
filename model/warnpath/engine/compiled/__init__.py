"""The compiled engine: the handlers' own source built by numba, with an event loop around it.

A replication's whole state lies in arrays and one record that points to them (`world_type`, `array_world`).
`event_loop` schedules; under SimPy, `single_event` runs one event at a time and SimPy schedules
(`simpy_compiled`). All give the same event log as the handlers run as Python, bit for bit.
"""
