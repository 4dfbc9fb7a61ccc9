# Two of three regions cannot start a session: space confirms, so somebody is
# called in the first minute. Three minutes of green end it.
14:00-14:01 green
14:02-14:06 red initialize eu us
14:07-14:10 green
expect:
14:02 downtime_started P1 since=14:02 count=1 regions=eu,us step=initialize layer=http tier=step-alert
14:09 downtime_resolved P1 since=14:02 until=14:07 count=5
