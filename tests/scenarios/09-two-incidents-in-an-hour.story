# Down, up again for a quarter of an hour, down again: that is two incidents,
# each under a key of its own.
14:00-14:04 red initialize eu us
14:05-14:19 green
14:20-14:24 red dns eu us
14:25-14:29 green
expect:
14:00 downtime_started P1 since=14:00 layer=http
14:07 downtime_resolved P1 since=14:00 until=14:05
14:20 downtime_started P1 since=14:20 layer=transport
14:27 downtime_resolved P1 since=14:20 until=14:25
