# A region that is answered with 429 falls silent: that nobody is turned away any more
# is not known until it reports.
14:00-14:03 green limited=ap
14:04-14:05 green limited=ap last=ap@14:03
14:06-14:14 green no_data=ap last=ap@14:03
14:15-14:16 green
expect:
14:02 rate_limited_started P2 since=14:00 count=3 regions=ap
14:08 probe_silent_started P3 since=14:03
14:15 rate_limited_resolved P2 since=14:00 until=14:04 count=4
14:15 probe_silent_resolved P3
