# Two regions fail, each at another step: they do not agree, so only time confirms
# it, and there is no downtime.
14:00-14:04 amber dns eu tools-list us
14:05-14:08 green
expect:
14:02 regional_started P2 since=14:00 regions=eu,us
14:07 regional_resolved P2 since=14:00 until=14:05
