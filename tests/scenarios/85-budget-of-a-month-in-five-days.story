# It fails a little, for hours: six times as much as it may over six hours and over
# half an hour. The five minutes say nothing of that pair.
14:00-14:02 green rates=30m:4/150,6h:55/1800
14:03-14:05 green rates=30m:5/150,6h:53/1800
14:06-14:09 green rates=30m:5/150,6h:54/1800
14:10-14:13 green rates=30m:4/150,6h:54/1800
expect:
14:06 slo_burn_started P2 since=14:06
14:12 slo_burn_resolved P2 since=14:06 until=14:10 count=4
