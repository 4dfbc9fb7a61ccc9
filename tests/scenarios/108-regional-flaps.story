# A region that fails for three minutes and passes for four, again and again: the
# third time it is flapping. A downtime that begins meanwhile ends no sooner.
14:00-14:02 amber initialize eu
14:03-14:06 green
14:07-14:09 amber initialize eu
14:10-14:13 green
14:14-14:16 amber initialize eu
14:17-14:20 green
14:21-14:22 red initialize eu us
14:23-14:26 green
14:27 red initialize eu us
14:28-15:00 green
expect:
14:02 regional_started P2 since=14:00 flapping=false
14:05 regional_resolved P2 since=14:00 until=14:03
14:09 regional_started P2 since=14:07 flapping=false
14:12 regional_resolved P2 since=14:07 until=14:10
14:16 regional_started P2 since=14:14 flapping=true
14:21 downtime_started P1 since=14:21 flapping=true
14:57 downtime_resolved P1 since=14:21 until=14:28 count=3
14:57 regional_resolved P2 since=14:14 until=14:28 count=6
