# Users wait for more than the 2 s that the operator allows. It is as slow as usual,
# so the baseline says nothing; three minutes of it are P2 at once.
slow: 2s
14:00-14:01 green p50=2400 p95=2900 baseline=2500
14:02 green p50=1900 p95=2900 baseline=2500
14:03-14:05 green p50=2400 p95=2900 baseline=2500
# A region that does not report makes no window slow, and ends nothing.
14:06-14:08 green p50=1900 p95=2900 baseline=2500 no_data=eu,us
14:09-14:11 green p50=1900 p95=2900 baseline=2500
expect:
14:05 latency_started P2 since=14:03 count=3 regions=eu,us,ap headline="P2: example-mcp is slow" says="example-mcp is slow: p50 2.4 s for 3 minutes; slow_above is 2s; slow from eu, us and ap."
14:11 latency_resolved P2 since=14:03 until=14:09 count=3 headline="P2 over after 6 min: example-mcp is fast enough again"
