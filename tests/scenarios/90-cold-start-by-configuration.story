# Of two servers on machines of our own one is known to start cold. Of the other
# the first failure counts, as ever.
servers: shop search
cold: shop
14:00-14:02 green
14:18 red initialize eu us ap
14:19-14:22 green
expect:
14:18 downtime_started P1 search since=14:18
14:21 downtime_resolved P1 search since=14:18 until=14:19 count=1
