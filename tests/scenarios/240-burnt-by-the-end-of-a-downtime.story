# A downtime that ends bit by bit: London fails for two minutes more. It was told, so
# those minutes burn nothing, however many of its failures the last hour has.
regions: eu us
14:00-14:03 red initialize eu us rates=5m:8/10,1h:8/120
14:04 amber initialize eu rates=5m:9/10,1h:9/120
14:05 amber initialize eu rates=5m:8/10,1h:10/120
14:06 green rates=5m:6/10,1h:10/120
14:07 green rates=5m:4/10,1h:10/120
14:08 green rates=5m:2/10,1h:10/120
14:09 green rates=5m:1/10,1h:10/120
14:10-14:40 green rates=5m:0/10,1h:10/120
expect:
14:00 downtime_started P1 since=14:00
14:08 downtime_resolved P1 since=14:00 until=14:04 count=4
