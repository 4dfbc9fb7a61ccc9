# The server answers, but its tools do not list: P2, read by day. After half an
# hour nobody has read it, so it wakes somebody.
14:00-14:40 red tools-list eu us
14:41-14:44 green
expect:
14:00 downtime_started P2 since=14:00 layer=tools
14:30 downtime_escalated P1 since=14:00 count=31
14:43 downtime_resolved P1 since=14:00 until=14:41 count=41
