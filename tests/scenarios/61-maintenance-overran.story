# The half hour is over and the server is still down: five minutes later somebody
# is called, with another name for it, and that ends with the downtime.
13:50 maintenance 14:00-14:30
13:50-14:09 green
14:10-14:49 red initialize eu us ap
14:50-14:53 green
expect:
14:35 maintenance_overrun_started P1 since=14:10
14:52 maintenance_overrun_resolved P1 since=14:10 until=14:50
