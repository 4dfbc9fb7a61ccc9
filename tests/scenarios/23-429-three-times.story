# The third 429 in a row says that the rate limit of the server is too tight for
# our probes. P2, and no downtime.
14:00 green
14:01-14:05 green limited=eu
14:06-14:09 green
expect:
14:03 rate_limited_started P2 since=14:01 regions=eu error=http.429
14:08 rate_limited_resolved P2 since=14:01 until=14:06
