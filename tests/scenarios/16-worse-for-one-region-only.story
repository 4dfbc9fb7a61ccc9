# Two regions cannot list the tools. Then one of them loses its route as well,
# while the other recovers: one region alone does not make a downtime worse; it
# goes on as a regional incident.
14:00-14:04 red tools-list eu us
14:05-14:08 amber dns eu
14:09-14:12 green
expect:
14:00 downtime_started P2 layer=tools
14:07 downtime_resolved P2 since=14:00 until=14:05 layer=tools count=5
14:07 regional_started P2 since=14:05 layer=transport count=3
14:11 regional_resolved P2 since=14:05 until=14:09 count=4
