# Up for two minutes, down for two, for half an hour: one incident, told twice.
14:00-14:01 red initialize eu us
14:02-14:03 green
14:04-14:05 red initialize eu us
14:06-14:07 green
14:08-14:09 red initialize eu us
14:10-14:11 green
14:12-14:13 red initialize eu us
14:14-14:20 green
expect:
14:00 downtime_started P1 since=14:00
14:16 downtime_resolved P1 since=14:00 until=14:14 count=8
