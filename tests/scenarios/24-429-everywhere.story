# Every region is answered with 429, and the verdict is red: still nobody is woken,
# the server is there for its users.
14:00-14:04 red initialize eu us ap error=http.429
14:05-14:08 green
expect:
14:02 rate_limited_started P2 since=14:00 regions=eu,us,ap
14:07 rate_limited_resolved P2 since=14:00 until=14:05
