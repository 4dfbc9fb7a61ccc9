# The maintenance is of another server: this one pages as ever.
servers: shop search
13:50 maintenance 14:00-14:30 search
13:50-14:04 green
14:05-14:09 red initialize eu us
14:10-14:13 green
expect:
14:05 downtime_started P1 shop
14:12 downtime_resolved P1 shop
