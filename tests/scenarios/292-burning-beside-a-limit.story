# Of an hour more fails than its budget allows. That of the last five minutes was a
# limit, which counts for nothing; until it is the server: then it is told, with the
# last error of those that failed.
14:00 amber tools-call eu error=http.500
14:01-14:09 green
14:10 amber tools-call us error=http.502
14:11-14:19 green
14:20 amber tools-call eu error=http.503
14:21 green rates=5m:3/25,1h:40/300 throttled=5m:2
14:22 green rates=5m:2/25,1h:40/300
14:23-14:25 green rates=1h:40/300
expect:
14:22 slo_burn_started P2 since=14:22 error=http.503 regions=eu,us says="example-mcp uses up its error budget 26.7 times as fast as it may: 13.33 % of the probes of the last 1 h failed, its objective is 99.5 %; mostly at the layer http, last with http.503, from eu and us."
14:25 slo_burn_resolved P2 since=14:22 until=14:23 count=1
