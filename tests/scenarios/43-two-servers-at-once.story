# Two servers, each with an incident of its own: neither holds the other open.
servers: shop search
14:00-14:05 shop: red initialize eu us
14:02-14:09 search: red dns eu us ap
14:06-14:09 shop: green
14:10-14:13 green
expect:
14:00 downtime_started P1 shop since=14:00
14:02 downtime_started P1 search since=14:02
14:08 downtime_resolved P1 shop since=14:00 until=14:06
14:12 downtime_resolved P1 search since=14:02 until=14:10
