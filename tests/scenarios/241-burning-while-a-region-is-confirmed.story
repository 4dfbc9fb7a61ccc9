# Half an hour after a downtime one region fails. Its third minute confirms that: the
# budget, of which the downtime has used up most, does not say so before.
regions: eu us
14:00-14:05 red initialize eu us rates=5m:10/10,1h:12/120
14:06-14:34 green rates=1h:12/120
14:35 amber initialize eu rates=5m:1/10,1h:13/120
14:36 amber initialize eu rates=5m:2/10,1h:14/120
14:37 amber initialize eu rates=5m:3/10,1h:15/120
14:38 green rates=5m:3/10,1h:15/120
14:39 green rates=5m:3/10,1h:15/120
14:40 green rates=5m:2/10,1h:15/120
14:41 green rates=5m:1/10,1h:15/120
14:42-14:50 green rates=1h:15/120
expect:
14:00 downtime_started P1 since=14:00
14:08 downtime_resolved P1 since=14:00 until=14:06 count=6
14:37 regional_started P2 since=14:35 regions=eu
14:40 regional_resolved P2 since=14:35 until=14:38
