# Two schedulers write the same recording: four lines on two windows are two
# windows, so nothing is told of the hiccup, and once of the outage.
14:00-14:01 amber initialize eu
14:00-14:01 amber initialize eu
14:02-14:05 green
14:02-14:05 green
14:06-14:08 red initialize eu us
14:06-14:08 red initialize eu us
14:09-14:11 green
14:09-14:11 green
expect:
14:06 downtime_started P1 since=14:06 count=1
14:11 downtime_resolved P1 since=14:06 until=14:09 count=3
