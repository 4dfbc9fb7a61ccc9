# Regions have to agree in three windows in a row: a hiccup in all of them wakes nobody,
# and a downtime is counted from the first window on which they agreed.
alerts:
  policy: {agreed: 3}
14:00-14:01 red tls eu us
14:02-14:04 green
14:05-14:09 red tls eu us
14:10-14:13 green
expect:
14:07 downtime_started P1 since=14:05 regions=eu,us count=3
14:12 downtime_resolved P1 since=14:05 until=14:10 count=5
