# A region that fails never reports again: after half an hour nobody watches there any
# more, which ends the incident as of the last report. A failure much later is another.
14:00-14:03 amber initialize ap
14:04-14:05 amber initialize ap last=ap@14:03
14:06-14:40 green no_data=ap last=ap@14:03
14:41-14:43 amber initialize ap
14:44-14:46 green
expect:
14:02 regional_started P2 since=14:00 count=3
14:08 probe_silent_started P3 since=14:03 regions=ap
14:33 regional_resolved P2 since=14:00 until=14:04 count=4 headline="P2 closed after 4 min: example-mcp was not seen to recover" says="ap has not reported since 14:03 UTC; it failed when last seen: the incident of example-mcp ends, for nobody watches it there, after 4 min (14:00–14:04 UTC)."
14:41 probe_silent_resolved P3
14:43 regional_started P2 since=14:41 count=3 flapping=false
14:46 regional_resolved P2 since=14:41 until=14:44
