# Probed once an hour, since 14:00. One failure of its first five probes is a fifth, and
# nothing more. Two more an hour later are a burn, for that hour is known.
interval: 60m
regions: eu us ap sa af
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
14:00 amber tools-call eu rates=5m:1/5,30m:1/5,1h:1/5,6h:1/5,3d:1/5
15:00 amber tools-call us dns sa rates=5m:2/5,30m:2/5,1h:3/10,6h:3/10,3d:3/10
16:00 green rates=5m:0/5,30m:0/5,1h:2/10,6h:3/15,3d:3/15
17:00 green rates=5m:0/5,30m:0/5,1h:0/10,6h:3/20,3d:3/20
18:00 green rates=5m:0/5,30m:0/5,1h:0/10,6h:3/25,3d:3/25
expect:
15:00 slo_burn_started P2 since=15:00 regions=eu,us,sa says="example-mcp uses up its error budget 60.0 times as fast as it may: 30.00 % of the probes of the last 1 h failed, its objective is 99.5 %; mostly at the layer http, last with jsonrpc.-32603, from eu, us and sa."
18:00 slo_burn_resolved P2 since=15:00 until=16:00 count=1
