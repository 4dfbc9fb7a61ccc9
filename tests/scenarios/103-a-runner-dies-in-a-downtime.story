# Two regions fail, and the runner of one dies: that fewer regions agree then is
# no sign that the server recovers. It is over once the other one says so; what
# nobody sees any more begins no incident, and is told as what it is.
14:00-14:04 red initialize eu us
14:05-14:14 amber initialize eu us no_data=us
14:15-14:18 amber initialize us no_data=us
14:19-14:22 green
expect:
14:00 downtime_started P1 since=14:00
14:09 probe_silent_started P3 since=14:05 regions=us
14:17 downtime_resolved P1 since=14:00 until=14:15 count=15 headline="P1 over after 15 min: example-mcp is up again, but is not watched from us" says="example-mcp recovered after 15 min (14:00–14:15 UTC). Root layer: http. Failing minutes: 15. us has not reported since 14:04 UTC; it failed when last seen."
14:19 probe_silent_resolved P3
