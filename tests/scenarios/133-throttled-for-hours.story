# So is a rate limit that nobody mends.
policy: promote=10h
14:00-18:40 green limited=eu
expect:
14:02 rate_limited_started P2 since=14:00
18:02 rate_limited_reminder P2 since=14:00
