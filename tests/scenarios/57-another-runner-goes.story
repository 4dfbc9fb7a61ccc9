# First one runner is silent, then another: one incident, which is told again when
# it grows.
14:00 green
14:01-14:04 green no_data=ap
14:05-14:12 unknown no_data=ap,us
14:13-14:15 green
expect:
14:05 probe_silent_started P3 since=14:01 regions=ap
14:09 probe_silent_escalated P3 since=14:01 regions=ap,us
14:13 probe_silent_resolved P3 since=14:01 until=14:13
