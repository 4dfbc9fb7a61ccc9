# A region is throttled before a downtime, in it, and after it. The incident that was
# folded in ends with the downtime; what goes on begins a row, and an incident, anew.
14:00-14:04 green limited=eu
14:05-14:06 red initialize us ap limited=eu
14:07-14:20 green limited=eu
expect:
14:02 rate_limited_started P2 since=14:00 regions=eu
14:05 downtime_started P1 since=14:05 regions=us,ap
14:09 downtime_resolved P1 since=14:05 until=14:07 count=2
14:09 rate_limited_resolved P2 since=14:00 until=14:07
14:12 rate_limited_started P2 since=14:10 regions=eu
