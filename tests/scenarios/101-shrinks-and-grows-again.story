# One region recovers for two minutes and fails again: that is no end, and only
# the minutes in which the regions agree count. Later they fail at different
# steps, so they no longer agree: the downtime is over, and both are named.
14:00-14:02 red initialize eu us
14:03-14:04 amber initialize eu
14:05-14:06 red initialize eu us
14:07-14:11 amber initialize eu dns us
14:12-14:15 green
expect:
14:00 downtime_started P1 since=14:00 regions=eu,us
14:09 downtime_resolved P1 since=14:00 until=14:07 count=5 regions=eu,us
14:09 regional_started P2 since=14:07 count=3 regions=eu,us follows=example-mcp:downtime:1777471200
14:14 regional_resolved P2 since=14:07 until=14:12 count=5
