# A downtime that was told shrinks to one region in a maintenance: both its end
# and what goes on are told after that, with their true times.
13:50 maintenance 14:02-14:20 reason="new disks"
14:00-14:05 red initialize eu us
14:06-14:29 amber initialize eu
14:30-14:33 green
expect:
14:00 downtime_started P1 since=14:00
14:20 downtime_resolved P1 since=14:00 until=14:06 count=6 says="example-mcp works again, but not from eu, after 6 min (14:00–14:06 UTC). Root layer: http. Failing minutes: 6."
14:25 regional_started P2 since=14:06 regions=eu follows=example-mcp:downtime:1777471200
14:32 regional_resolved P2 since=14:06 until=14:30
