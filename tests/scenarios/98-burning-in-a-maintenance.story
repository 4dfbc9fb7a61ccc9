# While somebody works on it nobody hears that it fails too often. What is still so
# five minutes after the end is told.
13:50 maintenance 14:00-14:20
13:50-14:04 green rates=1h:1/300
14:05-14:29 green rates=5m:2/25,1h:22/300
14:30-14:33 green rates=1h:22/300
expect:
14:25 slo_burn_started P2 since=14:05
14:32 slo_burn_resolved P2 since=14:05 until=14:30
