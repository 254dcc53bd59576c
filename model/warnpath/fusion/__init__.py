"""Numerical fusion core: tracks from plots, impact points, pictures from reports, the warning rule.

Everything here is numba kernels over plain C-contiguous 2-D arrays and a row number (``f8`` is
``float64[:, ::1]``, ``i8`` is ``int64[:, ::1]``); column constants stand in `warnpath.fusion.layout`.
Nothing is allocated inside a kernel, no exception is raised, statuses are bits or 0/1. Frame: ECEF
rotating with the earth, metres, seconds on the one clock of the simulation, radians.

Set up once per world (`warnpath.fusion.store`)::

    store.allocate(tracks, capacity) -> {"heads": i8[tracks, HEAD_COLUMNS],
                                         "plots": f8[tracks*capacity, PLOT_COLUMNS],
                                         "keys": i8[tracks*capacity, KEY_COLUMNS],
                                         "posteriors": f8[tracks*capacity, POSTERIOR_COLUMNS]}
    store.clear(arrays)                        # all tracks empty again, for the next replication
    store.capacity_for(plots_per_s, lag_s) -> int           # plots that the lag bound can hold
    store.settings_row(lag_s=60, burnout_hold_s=5, max_thrust_probability=0.05, ...)
                                                            -> f8[1, SETTINGS_COLUMNS]
    store.area_row(latitude_rad, longitude_rad, radius_m=100e3) -> f8[1, AREA_COLUMNS]  # stack them: `areas`
    store.scratch() -> f8[SCRATCH_ROWS, SCRATCH_COLUMNS]    # one per thread
    store.ground() -> f8[GROUND_ROWS, GROUND_COLUMNS]       # one per thread: the last predicted ground track
    reports = np.zeros((rows, layout.REPORT_COLUMNS))       # pool of the engine; all zeros = empty row

A track is one C2's plots of its own nation, of one object; the engine numbers tracks 0..tracks-1. The
rows of reports that one picture looks at are contiguous, one per origin in fixed owner order, own row
among them; a row with ``VALID`` = 0 and ``LAUNCH_VALID`` = 0 is skipped.

In sequence, at an arrival at a C2 (`warnpath.fusion.tracking`, `.reports`, `.picture`, `.areas`)::

    bits = track_take(sensors f8, settings f8, heads i8, plots f8, keys i8, posteriors f8, scratch f8,
                      track i8, time_s, sensor i8, sequence i8, range_m, azimuth_rad, elevation_rad,
                      sigma_range_m, sigma_cross_m) -> int64
        # BIT_INSERTED | BIT_REPLAYED | BIT_TOO_LATE | BIT_DUPLICATE | BIT_REFUSED | BIT_SHORTENED
        # The plot waits in its place until somebody looks: `track_report` works in what waits, and so does
        # `track_update`, which tells (BIT_STARTED: a track stands; BIT_REJECTED). `track_insert` is both.
    ok = track_report(sensors f8, settings f8, heads i8, plots f8, keys i8, posteriors f8, scratch f8,
                      track i8, time_s, reports f8, row i8) -> int64
        # 1: the row holds state and covariance at time_s; 0: no track yet (row emptied)
    ok = infrared_report(reports f8, row i8, time_s, latitude_rad, longitude_rad, sigma_m) -> int64
        # a row that holds a launch point only
    copy_report(reports f8, source i8, target i8)       # what crosses the network: a row copied at sending

at most once per ``impact_interval_s`` and picture::

    used = fuse(reports f8, settings f8, scratch f8, ground f8,
                first i8, count i8, own_row i8, time_s, out_row i8) -> int64
        # number of reports in the picture (0: nothing to show). Predicts own track and the usable reports
        # of rows first..first+count-1 to time_s, intersects them, predicts the impact of both, leaves the
        # better as the picture in out_row (must lie outside first..first+count-1) and its ground track
        # in ground. own_row = -1 where the C2 has no track of its own. Own impact is written to own_row.
    probability = area_probability(reports f8, row i8, ground f8, areas f8, area i8) -> float64
        # row = out_row of the fuse (or impact_predict) that wrote ground; 0 without a valid impact
    met = rule_met(reports f8, row i8, probability, max_thrust_probability, max_impact_sigma_m,
                   min_area_probability) -> int64

and for a report that is about to be sent, if its impact is not there yet::

    ok = impact_predict(reports f8, row i8, settings f8, scratch f8, ground f8) -> int64
        # 1: IMPACT_* of the row filled and ground written; 0: thrusting, or it does not come down
    sigmas = impact_shift(reports f8, row_before i8, row_now i8) -> float64
        # how far the impact point moved, in major-axis sigmas of the earlier one (inf if one has none)

Covariance intersection is what the picture uses. `settings_row(disjoint_lineages=True)` adds informations
instead: a bound on what sharing could give, right only where no plot is in two of the reports.

Measurement convention: azimuth clockwise from north, geometric elevation, in the ENU frame of the row
of ``sensors`` (columns of `warnpath.physics.radar`); errors are independent with ``sigma_range_m`` along
the line of sight, ``sigma_cross_m / range_m`` in elevation, ``sigma_cross_m / (range_m cos(elevation))``
in azimuth.

Late data is exact: plots are kept sorted by (time, sensor, sequence); the posterior of both modes
before a late plot is taken up again and everything after it is run once more, so any order of arrival inside
the lag bound gives the same bits, whenever the track was looked at meanwhile. Counters per track are in
``heads``: TOO_LATE, REFUSED, REJECTED, REPLAYED, DUPLICATES, SHORTENED, COUNT, PENDING.
"""
