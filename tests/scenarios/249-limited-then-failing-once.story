# Four answers of 429, then one failure: the 429s were no failures, so that one is the
# first of its row.
14:00-14:01 green limited=eu
14:02-14:03 amber initialize eu error=http.429 checks=rate-limited
14:04 amber initialize eu error=http.503
14:05-14:10 green
expect:
14:02 rate_limited_started P2 since=14:00 regions=eu
14:07 rate_limited_resolved P2 since=14:00 until=14:05
