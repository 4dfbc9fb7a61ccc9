# Three times as slow as usual is P3; when users also wait for more than the limit for
# three minutes, it is P2. It is over when neither rule finds a window slow.
policy: slow_above=2s
14:00-14:04 green p50=900 p95=940 baseline=290
14:05-14:07 green p50=2100 p95=2200 baseline=290
14:08-14:09 green p50=900 p95=940 baseline=290
14:10-14:12 green p50=200 p95=290 baseline=290
expect:
14:02 latency_started P3 since=14:00 says="example-mcp is slow: the 95th percentile is 940 ms, 3.2 times the 290 ms of 30 days; slow from eu, us and ap."
14:07 latency_escalated P2 since=14:00 headline="now P2 (was P3): example-mcp is slow" says="example-mcp is slow: p50 2.1 s for 3 minutes; slow_above is 2s; slow from eu, us and ap; worse than before, now P2 (was P3)."
14:12 latency_resolved P2 since=14:00 until=14:10 count=10
