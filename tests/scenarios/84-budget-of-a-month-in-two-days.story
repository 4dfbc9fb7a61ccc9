# Of an hour 7.3 % fail, which is 14.7 times what 99.5 % allow, and it goes on: that
# is told. That 7 % fail is not. When the last five minutes are clean, it is over.
14:00-14:01 green rates=5m:2/25,1h:21/300
14:02-14:04 green rates=5m:2/25,1h:22/300
14:05-14:08 green rates=1h:22/300
expect:
14:02 slo_burn_started P2 since=14:02
14:07 slo_burn_resolved P2 since=14:02 until=14:05 count=3
