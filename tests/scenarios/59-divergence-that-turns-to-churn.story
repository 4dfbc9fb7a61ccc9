# Regions differ, and people are told; then the tools change all the time, and that
# is what is told, also after four hours. Who was told that they differ is reminded of
# that once the churn is over, and told of its end.
14:00-14:04 green hash=a
14:05-14:09 green hash=eu:a,us:a,ap:b
14:10-18:19 green churn=20@14:10 hash=eu:a,us:c,ap:b
18:20-18:24 green hash=eu:a,us:a,ap:b
18:25-18:29 green hash=a
expect:
14:06 cdn_cache_divergence_started P2 since=14:05
14:10 tool_churn_started P2 since=14:10
18:10 tool_churn_reminder P2 since=14:10
18:20 tool_churn_resolved P2 since=14:10 until=18:20
18:20 cdn_cache_divergence_reminder P2 since=14:05
18:27 cdn_cache_divergence_resolved P2 until=18:25
