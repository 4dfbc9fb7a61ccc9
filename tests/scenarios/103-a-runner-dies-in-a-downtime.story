# Two regions fail, and the runner of one dies: that fewer regions agree then is
# no sign that the server recovers. It is one when only the dead one is left, of
# which nobody knows; and what it last said is told as such.
14:00-14:04 red initialize eu us
14:05-14:14 amber initialize eu us no_data=us
14:15-14:18 amber initialize us no_data=us
14:19-14:22 green
expect:
14:00 downtime_started P1 since=14:00
14:09 probe_silent_started P3 since=14:05 regions=us
14:17 downtime_resolved P1 since=14:00 until=14:15 count=15
14:17 regional_started P2 since=14:15 count=3 regions=us follows=example-mcp:downtime:1777471200
14:19 probe_silent_resolved P3
14:21 regional_resolved P2 since=14:15 until=14:19
