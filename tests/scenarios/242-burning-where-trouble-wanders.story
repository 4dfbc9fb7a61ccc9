# Each minute another region fails, so that none is confirmed. The budget waits for
# that as long as it would take, three windows, and says so then.
regions: eu us ap
14:00 amber initialize eu rates=5m:3/15,1h:30/180
14:01 amber initialize us rates=5m:3/15,1h:30/180
14:02 amber initialize ap rates=5m:3/15,1h:30/180
14:03 amber initialize eu rates=5m:3/15,1h:30/180
14:04 green rates=5m:0/15,1h:10/180
14:05 green rates=5m:0/15,1h:10/180
14:06 green rates=5m:0/15,1h:10/180
expect:
14:00 error_rate_started P2
14:02 slo_burn_started P2 since=14:00 count=3
14:06 error_rate_resolved P2
14:06 slo_burn_resolved P2
