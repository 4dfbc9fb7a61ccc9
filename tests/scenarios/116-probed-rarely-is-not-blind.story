# Probed every ten minutes and judged each: no new report for nine of them is as it
# should be. The only runner is in time each time.
regions: eu
servers: shop
alerts:
  policy: {confirm: 3}
14:00-14:09 green probed=14:00
14:10-14:12 green probed=14:10
expect:
