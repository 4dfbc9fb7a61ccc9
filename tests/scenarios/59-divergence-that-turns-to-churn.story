# Regions differ, and people are told; then the tools change all the time, and that
# is what is told. Who was told that they differ is told of the end of that.
14:00-14:04 green hash=a
14:05-14:09 green hash=eu:a,us:a,ap:b
14:10-14:19 green churn=20@14:10 hash=eu:a,us:c,ap:b
14:20-14:24 green hash=a
expect:
14:06 cdn_cache_divergence_started P2 since=14:05
14:10 tool_churn_started P2 since=14:10
14:20 tool_churn_resolved P2 since=14:10 until=14:20
14:22 cdn_cache_divergence_resolved P2 until=14:20
