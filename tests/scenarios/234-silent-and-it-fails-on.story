# All that fail fall silent in a downtime, while a third region passes as it did before.
# It still fails when they report again: the same incident, whose silent minutes count
# for nothing, and no flap.
14:00-14:03 red initialize eu us
14:04-14:05 red initialize eu us last=eu@14:03,us@14:03
14:06-14:09 green no_data=eu,us last=eu@14:03,us@14:03
14:10-14:11 red initialize eu us
14:12-14:14 green
expect:
14:00 downtime_started P1 since=14:00 regions=eu,us
14:08 probe_silent_started P3 since=14:03 regions=eu,us
14:10 probe_silent_resolved P3
14:14 downtime_resolved P1 since=14:00 until=14:12 count=6 flapping=false
