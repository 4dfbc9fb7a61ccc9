# A runner may begin two seconds after the minute: such a probe is of the next one, in
# which it started. One that began later has a wrong clock, and the minute judged counts.
servers: shop search
14:00-14:01 green second=62
14:02-14:06 shop: amber tools-list eu second=62
14:02-14:06 search: amber tools-list eu second=63
14:07-14:12 green second=62
expect:
14:04 regional_started P2 search since=14:02 regions=eu
14:05 regional_started P2 shop since=14:03 regions=eu
14:10 regional_resolved P2 shop since=14:03 until=14:08 count=5
14:10 regional_resolved P2 search since=14:02 until=14:08 count=5
