# The only region that fails, or meets the limit, passes once and then falls silent: it
# has reported a pass, and no minute fails after it, so the incident is over.
servers: shop search
14:00-14:03 shop: amber initialize ap
14:00-14:03 search: green limited=eu,ap
14:04 green
14:05-14:40 green no_data=ap
expect:
14:02 regional_started P2 shop since=14:00 regions=ap
14:02 rate_limited_started P2 search since=14:00 regions=eu,ap
14:06 regional_resolved P2 shop since=14:00 until=14:04 count=4
14:06 rate_limited_resolved P2 search since=14:00 until=14:04 count=4
14:09 probe_silent_started P3 search since=14:05 regions=ap
14:09 probe_silent_started P3 shop since=14:05 regions=ap
