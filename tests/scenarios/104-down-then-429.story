# The server comes back, and then answers every region with 429: it is up, so the
# downtime is over, and its limits are an incident that wakes nobody.
14:00-14:04 red initialize eu us ap
14:05-14:10 red initialize eu us ap error=http.429
14:11-14:14 green
expect:
14:00 downtime_started P1 since=14:00
14:07 downtime_resolved P1 since=14:00 until=14:05 count=5
14:07 rate_limited_started P2 since=14:05 count=3 regions=eu,us,ap follows=example-mcp:downtime:1777471200
14:13 rate_limited_resolved P2 since=14:05 until=14:11
