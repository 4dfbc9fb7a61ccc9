# The server was down before the maintenance began, and people were told: they are
# told of its end too, though it comes within the maintenance, when that is over.
13:50 maintenance 14:00-14:30
13:50-13:54 green
13:55-14:10 red initialize eu us
14:11-14:40 green
expect:
13:55 downtime_started P1 since=13:55
14:30 downtime_resolved P1 since=13:55 until=14:11
