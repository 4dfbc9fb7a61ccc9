# The server throttles, then falls over: a downtime, into which the other is
# folded.
14:00-14:04 green limited=eu
14:05-14:09 red initialize eu us error=http.503
14:10-14:13 green
expect:
14:02 rate_limited_started P2 since=14:00
14:05 downtime_started P1 since=14:05
14:12 downtime_resolved P1 since=14:05 until=14:10 count=5
14:12 rate_limited_resolved P2 since=14:00 until=14:10
