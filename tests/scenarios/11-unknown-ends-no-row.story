# The server is coming back when two regions fall silent: the passes before count
# with those after.
14:00-14:05 red initialize eu us
14:06-14:07 green
14:08-14:10 unknown no_data=eu,us
14:11-14:15 green
expect:
14:00 downtime_started P1
14:11 downtime_resolved P1 since=14:00 until=14:06 count=6
