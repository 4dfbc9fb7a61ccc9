# A maintenance within a silence: after it the downtime is an overrun, and the
# silence, which is longer, holds that, too. At its end one thing is told.
13:55 record {"v":1,"type":"silence","slugs":["*"],"starts_at":"@14:00","ends_at":"@15:00","reason":"we move"}
13:55 maintenance 14:00-14:30
14:00-14:04 green
14:05-15:10 red tls ap eu
15:11-15:20 green
expect:
15:00 maintenance_overrun_started P1 since=14:05
15:13 maintenance_overrun_resolved P1 since=14:05 until=15:11
