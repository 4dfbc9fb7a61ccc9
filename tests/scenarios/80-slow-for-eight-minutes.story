# Answers take three times as long as they have for a month, and more: that counts
# when three windows in a row say so, and is over when three are as ever.
14:00-14:01 green p95=290 baseline=290
14:02-14:09 green p95=940 baseline=290
14:10-14:13 green p95=300 baseline=290
expect:
14:04 latency_started P3 since=14:02 regions=eu,us,ap
14:12 latency_resolved P3 since=14:02 until=14:10 count=8
