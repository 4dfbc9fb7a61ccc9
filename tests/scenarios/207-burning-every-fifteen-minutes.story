# Probed every fifteen minutes from five regions, and now here, now there it fails.
# One failure, or two, are no burn; three of the 24 probes of an hour are, P2, as they
# would be of a server that is probed every minute. When a probing is clean, it passes.
interval: 15m
regions: eu us ap sa af
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
13:45 green rates=5m:0/5,30m:0/10,1h:0/25,6h:0/140,3d:0/1450
14:00 amber tools-call eu rates=5m:1/5,30m:1/15,1h:1/25,6h:1/125,3d:1/1450
14:15 amber tools-list us rates=5m:1/5,30m:2/15,1h:2/25,6h:2/130,3d:2/1450
14:30 amber initialize ap rates=5m:1/5,30m:3/15,1h:3/24,6h:3/135,3d:3/1450
14:45 green rates=5m:0/5,30m:2/15,1h:3/25,6h:3/140,3d:3/1450
15:00 green rates=5m:0/5,30m:1/15,1h:3/25,6h:3/125,3d:3/1450
15:15 green rates=5m:0/5,30m:0/15,1h:2/25,6h:3/130,3d:3/1450
expect:
14:30 slo_burn_started P2 since=14:30 regions=eu,us,ap says="example-mcp uses up its error budget 25.0 times as fast as it may: 12.50 % of the probes of the last 1 h failed, its objective is 99.5 %; mostly at the layer http, last with http.503, from eu, us and ap."
15:15 slo_burn_resolved P2 since=14:30 until=14:45 count=1
