# It gets slow, and then it is down: while it is, nobody hears that it is slow, too.
# Whoever heard that it was slow hears when that is over.
14:00-14:04 green p95=940 baseline=290
14:05-14:09 red initialize eu us ap
14:10-14:15 green p95=300 baseline=290
expect:
14:02 latency_started P3 since=14:00
14:05 downtime_started P1 since=14:05
14:12 downtime_resolved P1 since=14:05 until=14:10
14:14 latency_resolved P3 since=14:00 until=14:12 count=5
