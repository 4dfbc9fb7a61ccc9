# A server makes up its tools anew at each request: one event says so and how often,
# a reminder that it goes on, and no drift or divergence comes meanwhile.
14:00 green hash=a
14:01 green hash=b drift=eu:a>b,us:a>b,ap:a>b removed=search
14:02-14:04 green churn=13@14:02 hash=eu:c,us:d,ap:e drift=eu:b>c removed=fetch
14:05-18:02 green churn=57@14:02 hash=eu:c,us:d,ap:e
# What nobody knows is no end, and neither is a downtime.
18:03-18:05 unknown no_data=eu,us
18:06-18:07 red initialize eu us churn=20@14:02
18:08-18:10 green churn=14@14:02 hash=f
18:11-18:14 green hash=f
18:15 green hash=a drift=eu:f>a,us:f>a,ap:f>a removed=search
expect:
14:01 schema_drift_detected P2
14:02 tool_churn_started P2 since=14:02 layer=tools says="example-mcp changes its tools all the time, since 14:02 UTC: its list of tools changed 13 times in the last hour; until that ends, single changes and differences between regions are not reported."
18:02 tool_churn_reminder P2 since=14:02 says="example-mcp changes its tools all the time, since 14:02 UTC: its list of tools changed 57 times in the last hour; until that ends, single changes and differences between regions are not reported; not over after 4 h."
18:06 downtime_started P1 since=18:06
18:10 downtime_resolved P1 since=18:06 until=18:08
18:11 tool_churn_resolved P2 since=14:02 until=18:11 says="example-mcp no longer changes its tools all the time after 4 h 9 min (14:02–18:11 UTC). Its changes are reported again."
18:15 schema_drift_detected P2
