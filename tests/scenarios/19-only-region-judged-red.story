# The rule of mcp-aggregate says red at the third failure of the only region, and
# it was not heard of before, for its alerts began late: it counts at once.
regions: eu
14:03-14:05 red initialize eu
14:06-14:09 green
expect:
14:03 downtime_started P1 since=14:03 count=1
14:08 downtime_resolved P1 since=14:03 until=14:06
