# Two maintenances of two hours and one of one, ten minutes apart, count as one
# that is over after four hours: whoever is down then is told of.
servers: shop
00:50 maintenance 01:00-03:00
00:51 maintenance 03:10-05:10
00:52 maintenance 05:20-06:20
01:00-03:00 green
03:01-05:30 red initialize eu us ap
05:31-05:33 green
05:40-05:44 red initialize eu us
05:45-05:48 green
expect:
05:05 maintenance_overrun_started P1 since=03:01
05:33 maintenance_overrun_resolved P1 since=03:01 until=05:31
05:40 downtime_started P1 since=05:40
05:47 downtime_resolved P1 since=05:40 until=05:45
