# Twenty were refused with 429, and two more failed: two are no rate, and no burn.
# A third is a rate: of the five probes that were let through it is more than half.
14:00 amber tools-call eu rates=5m:21/25,1h:21/300 throttled=5m:20,1h:20
14:01 amber tools-call us rates=5m:22/25,1h:22/300 throttled=5m:20,1h:20
14:02-14:03 green rates=5m:22/25,1h:22/300 throttled=5m:20,1h:20
14:04 green rates=5m:23/25,1h:23/300 throttled=5m:20,1h:20
14:05-14:09 green rates=5m:20/25,1h:23/300 throttled=5m:20,1h:20
expect:
14:04 error_rate_started P2 since=14:04 regions=eu,us says="example-mcp fails too often: 60.0 % of the probes of the last 5 min failed, though never long enough to be down; mostly at the layer http, last with jsonrpc.-32603, from eu and us."
14:07 error_rate_resolved P2 since=14:04 until=14:05 count=1
