# It has been probed for 25 minutes, and some probes failed: an hour of which nobody
# knows the half says nothing of a month. From the thirtieth minute on it does: P2,
# for whoever looks at it next, with what failed, how, and from where.
13:50 amber initialize eu
13:55 amber tools-call us
14:00-14:04 green rates=5m:2/18,30m:6/75,1h:6/75,6h:6/75,3d:6/75
14:05-14:07 green rates=5m:2/18,30m:7/90,1h:7/90,6h:7/90,3d:7/90
14:08-14:10 green rates=30m:7/93,1h:7/99,6h:7/99,3d:7/99
expect:
14:05 slo_burn_started P2 since=14:05 regions=eu,us layer=http error=jsonrpc.-32603 says="example-mcp uses up its error budget 15.6 times as fast as it may: 7.78 % of the probes of the last 1 h failed, its objective is 99.5 %; mostly at the layer http, last with jsonrpc.-32603, from eu and us."
14:10 slo_burn_resolved P2 since=14:05 until=14:08 count=3
