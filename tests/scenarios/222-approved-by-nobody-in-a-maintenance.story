# What changes in a maintenance and stays is told after it; what is written in another order,
# or fails beside another step, is no change of this kind.
13:50 maintenance 14:00-14:30 reason=deploy
14:00-14:04 green hash=a
14:05 red tool-hash eu us ap error=hash.pinned unapproved=breaking:a>b@14:05 removed=get drift=eu:a>b,us:a>b,ap:a>b
14:06-14:44 red tool-hash eu us ap error=hash.pinned unapproved=breaking:a>b@14:05 removed=get
14:45-14:49 green hash=b
15:00-15:05 red tool-hash eu us ap error=hash.pinned unapproved=order:b>c@15:00
15:06-15:10 green hash=b
expect:
14:35 unapproved_change_started P2 since=14:05
14:47 unapproved_change_resolved P2 since=14:05 until=14:45
15:00 downtime_started P2 since=15:00 step=tool-hash
15:08 downtime_resolved P2 since=15:00 until=15:06
