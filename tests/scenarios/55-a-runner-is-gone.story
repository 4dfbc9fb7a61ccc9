# The runner of one region does not report for ten minutes: P3 after five, for it
# says nothing about the server, and over with its first report.
14:00 green
14:01-14:10 green no_data=ap
14:11-14:14 green
expect:
14:05 probe_silent_started P3 since=14:01 regions=ap
14:11 probe_silent_resolved P3 since=14:01 until=14:11
