# Nothing was recorded for two days, and goes on: the lines confirm each other,
# and in between an open incident is reminded of every four hours.
14:00-14:01 red initialize eu us
48:10 red initialize eu us
48:11-48:14 green
expect:
14:00 downtime_started P1
18:00 downtime_reminder P1 since=14:00 count=2
22:00 downtime_reminder P1
26:00 downtime_reminder P1
30:00 downtime_reminder P1
34:00 downtime_reminder P1
38:00 downtime_reminder P1
42:00 downtime_reminder P1
46:00 downtime_reminder P1
48:13 downtime_resolved P1 since=14:00 until=48:11 count=3
