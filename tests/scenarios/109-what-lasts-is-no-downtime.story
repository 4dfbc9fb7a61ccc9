# A region that fails all afternoon, and limits that refuse our probes: reminders,
# but no promotion, for these never wake anybody.
servers: shop search
14:00-18:29 shop: amber initialize eu
14:00-18:29 search: green limited=eu
18:30-18:33 green
expect:
14:02 regional_started P2 shop since=14:00
14:02 rate_limited_started P2 search since=14:00
18:02 regional_reminder P2 shop
18:02 rate_limited_reminder P2 search
18:32 regional_resolved P2 shop until=18:30
18:32 rate_limited_resolved P2 search until=18:30
