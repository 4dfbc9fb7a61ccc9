# Half a percent for three days is all that 99.5 % allow: no more than a line in
# the digest. It becomes a P2 under the same key when an hour goes badly.
14:00-14:01 green rates=6h:9/1800,3d:107/21600
14:02-14:04 green rates=6h:9/1800,3d:108/21600
14:05-14:06 green rates=5m:2/25,1h:22/300,6h:31/1800,3d:130/21600
14:07-14:10 green rates=3d:130/21600
expect:
14:02 slo_burn_started P3 since=14:02
14:05 slo_burn_escalated P2 since=14:02
14:09 slo_burn_resolved P2 since=14:02 until=14:07 count=5
