# The second verdict of a slow minute says that it was not slow: the worse one counts,
# and the minute counts once.
14:00-14:01 green p95=940 baseline=290
14:01 green p95=300 baseline=290
14:02-14:03 green p95=940 baseline=290
14:04-14:09 green p95=300 baseline=290
expect:
14:02 latency_started P3 since=14:00
14:06 latency_resolved P3 since=14:00 until=14:04 count=4
