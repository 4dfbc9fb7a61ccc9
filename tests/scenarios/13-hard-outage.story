# The name is gone from the DNS: every region fails at once.
14:00 green
14:01-14:10 red dns eu us ap
14:11-14:14 green
expect:
14:01 downtime_started P1 since=14:01 tier=hard-outage layer=transport error=dns.nxdomain says="example-mcp is unreachable everywhere: dns fails with dns.nxdomain from eu, us and ap (3 of 3 regions)."
14:13 downtime_resolved P1 since=14:01 until=14:11 tier=hard-outage
