"""The compiled engine: the handlers' own source built by numba, with an event loop around it.

A replication's whole state lies in arrays and one record that points to them (`world_type`); the
handler files are loaded a second time as compiled twins (`twins`); `event_loop` schedules. Both
engines give the same event log, bit for bit.
"""
