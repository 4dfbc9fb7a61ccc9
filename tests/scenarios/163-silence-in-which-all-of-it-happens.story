# What begins and ends in a silence is sent to nobody, then or later; another server,
# another kind and another step are sent as ever. A kind that was removed is no fault.
servers: shop search
13:55 record {"v":1,"type":"silence","slugs":["shop"],"kinds":["downtime","anomaly_logged"],"steps":["tools-list"],"starts_at":"@14:00","ends_at":"@16:00","reason":"a known drift"}
14:00-14:04 green
14:05-14:09 red tools-list ap eu
14:10-15:00 green
15:01-15:05 shop: red tls ap eu
15:01-15:05 search: green
15:06-16:10 green
expect:
14:05 downtime_started P2 search
14:12 downtime_resolved P2 search
15:01 downtime_started P1 shop
15:08 downtime_resolved P1 shop
