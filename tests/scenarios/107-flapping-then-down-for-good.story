# A server that flaps, for which somebody looks, and that then stays down: that is
# worse than what was told, so it is told once more under the same key.
policy: remind=1h
14:00 red initialize eu us
14:01-14:09 green
14:10 red initialize eu us
14:11-14:19 green
14:20 red initialize eu us
14:21-14:29 green
14:30-15:29 red initialize eu us
15:30-16:05 green
expect:
14:00 downtime_started P1 since=14:00 flapping=false
14:03 downtime_resolved P1 since=14:00
14:10 downtime_started P1 since=14:10 flapping=false
14:13 downtime_resolved P1 since=14:10
14:20 downtime_started P1 since=14:20 flapping=true
14:32 downtime_escalated P1 since=14:20 says="example-mcp is down: initialize fails with http.503 from eu and us (2 of 3 regions); now without a break since 14:30 UTC; it has been flapping since 14:00 UTC: down 4 times, 6 minutes in all."
15:20 downtime_reminder P1 since=14:20 count=52
15:59 downtime_resolved P1 since=14:20 until=15:30 count=61
