"""What happens at each event, written once in the subset of Python that numba compiles.

A handler `handle(w, now, a, b)` reads and changes the world `w` and schedules what happens next by
delays. Files import downwards only: dispatch -> renewal, takeover -> outages, sensing -> nodes -> pictures
-> reporting, tracing, alerts, rerouting -> traffic, link_changes -> links, twins, ways -> link_turns, duty
-> messages. Identity
rules (see CONTRIBUTING) keep Python and numba bit for bit equal.
"""
