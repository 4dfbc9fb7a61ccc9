# A tool is gone that somebody had approved: step 8 fails everywhere, and one event says so.
# An outage meanwhile is told as ever, and rates tell of neither afterwards.
14:00 green hash=a
14:01 red tool-hash eu us ap error=hash.pinned unapproved=breaking:a>b@14:01 drift=eu:a>b,us:a>b,ap:a>b removed=get
14:02-14:40 red tool-hash eu us ap error=hash.pinned unapproved=breaking:a>b@14:01 removed=get rates=5m:25/25,30m:100/150,1h:100/300
14:41-14:43 red dns eu us ap unapproved=breaking:a>b@14:01 removed=get
14:44-14:50 red tool-hash eu us ap error=hash.pinned unapproved=breaking:a>b@14:01 removed=get rates=5m:25/25
14:51 green hash=a drift=eu:b>a,us:b>a,ap:b>a added=get rates=5m:20/25
14:52-14:55 green hash=a rates=5m:20/25,30m:145/150,1h:245/300,6h:245/1800
14:56-15:20 green hash=a rates=30m:120/150,1h:245/300,6h:245/1800
expect:
14:01 unapproved_change_started P2 since=14:01 regions=eu,us,ap says="example-mcp has tools that nobody approved, and callers may break: get removed, as seen from eu, us and ap."
14:41 downtime_started P1 since=14:41
14:46 downtime_resolved P1 since=14:41 until=14:44
14:53 unapproved_change_resolved P2 since=14:01 until=14:51 says="example-mcp has the tools again that are approved after 50 min (14:01–14:51 UTC)."
