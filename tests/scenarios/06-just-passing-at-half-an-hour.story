# The half hour is over while the server is just coming back: one that is about
# to end wakes nobody.
14:00-14:28 red tools-list eu us
14:29-14:33 green
expect:
14:00 downtime_started P2 since=14:00
14:31 downtime_resolved P2 since=14:00 until=14:29 count=29
