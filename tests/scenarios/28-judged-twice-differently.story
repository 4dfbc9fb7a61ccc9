# One window is judged twice, green and then red, because a region came late: the
# worse counts, and the passes before it are none in a row.
14:00-14:02 red initialize eu us
14:03-14:04 green
14:04 red initialize eu us
14:05-14:08 green
expect:
14:00 downtime_started P1 since=14:00
14:07 downtime_resolved P1 since=14:00 until=14:05 count=4
