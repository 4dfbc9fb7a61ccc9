# Slow answers that last are told of again after four hours, as all that lasts.
14:00-18:40 green p95=940 baseline=290
expect:
14:02 latency_started P3 since=14:00
18:02 latency_reminder P3 since=14:00
