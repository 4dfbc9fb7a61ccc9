# A second maintenance begins three minutes after the first: between them there was
# no time to judge, and the downtime is told of after the second.
13:50 maintenance 14:00-14:20
13:51 maintenance 14:23-14:40
14:05-14:49 red initialize eu us
14:50-14:53 green
expect:
14:45 maintenance_overrun_started P1 since=14:05
14:52 maintenance_overrun_resolved P1 since=14:05 until=14:50
