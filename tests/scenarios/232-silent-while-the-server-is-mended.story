# All regions fail, and one of them falls silent; the server is mended. The others say
# so, which ends the downtime; what the silent one saw before begins no incident.
14:00-14:07 red initialize eu us ap
14:08 amber initialize ap last=ap@14:07
14:09 amber initialize ap last=ap@14:07
14:10-14:30 green no_data=ap last=ap@14:07
14:31-14:33 green
expect:
14:00 downtime_started P1 since=14:00 regions=eu,us,ap
14:10 downtime_resolved P1 since=14:00 until=14:08 count=8 headline="P1 over after 8 min: example-mcp is up again, but is not watched from ap"
14:12 probe_silent_started P3 since=14:07 regions=ap
14:31 probe_silent_resolved P3
