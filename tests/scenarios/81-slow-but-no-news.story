# Three times as slow is not more than three times, two slow minutes are not three,
# and of a server that nobody knows for a month nothing can be said.
14:00-14:10 green p95=870 baseline=290
14:11-14:12 green p95=2000 baseline=290
14:13-14:14 green p95=290 baseline=290
14:15-14:16 green p95=2000 baseline=290
14:17-14:30 green p95=9000
expect:
