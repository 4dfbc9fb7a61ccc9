# The only region that fails falls silent, so nobody knows whether the server works
# there: these minutes neither fail nor pass, and its next report ends the incident.
14:00-14:03 amber initialize ap
14:04-14:05 amber initialize ap last=ap@14:03
14:06-14:14 green no_data=ap last=ap@14:03
14:15-14:19 green
expect:
14:02 regional_started P2 since=14:00 count=3 regions=ap
14:08 probe_silent_started P3 since=14:03 regions=ap
14:15 regional_resolved P2 since=14:00 until=14:04 count=4 says="example-mcp recovered in ap after 4 min (14:00–14:04 UTC). Root layer: http. Failing minutes: 4. All layers pass again."
14:15 probe_silent_resolved P3 since=14:03 until=14:15
