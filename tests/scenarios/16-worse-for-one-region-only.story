# Two regions cannot list the tools. Then one of them loses its route as well,
# while the other recovers: one region alone makes a downtime neither worse nor
# over.
14:00-14:04 red tools-list eu us
14:05-14:08 amber dns eu
14:09-14:12 green
expect:
14:00 downtime_started P2 layer=tools
14:11 downtime_resolved P2 since=14:00 until=14:09 layer=tools count=9
