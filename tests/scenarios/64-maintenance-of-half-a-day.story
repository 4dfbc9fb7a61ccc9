# Somebody announced half a day: no maintenance is longer than four hours, so what
# breaks in the sixth hour is told.
00:50 maintenance 01:00-13:00
01:00-05:59 green
06:00-06:04 red initialize eu us
06:05-06:08 green
expect:
06:00 downtime_started P1 since=06:00
06:07 downtime_resolved P1 since=06:00 until=06:05
