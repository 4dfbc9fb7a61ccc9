# A region passes in a downtime and then falls silent, while another fails on: it was
# not failing when last seen, so the downtime shrinks. Nor does anybody wait for it where
# others agree again.
servers: shop search
14:00-14:03 red initialize eu us
14:04 amber initialize eu
14:05-18:20 shop: amber initialize eu no_data=us
14:05-14:06 search: red initialize eu ap no_data=us
14:07-14:10 search: green no_data=us
expect:
14:00 downtime_started P1 search since=14:00 regions=eu,us
14:00 downtime_started P1 shop since=14:00 regions=eu,us
14:06 downtime_resolved P1 shop since=14:00 until=14:04 count=4 headline="P1 over after 4 min: shop works again, but not from eu"
14:06 regional_started P2 shop since=14:04 count=3 regions=eu follows=shop:downtime:1777471200
14:09 downtime_resolved P1 search since=14:00 until=14:07 count=6 headline="P1 over after 7 min: search is up again"
14:09 probe_silent_started P3 search since=14:05 regions=us
14:09 probe_silent_started P3 shop since=14:05 regions=us
18:06 regional_reminder P2 shop regions=eu
18:09 probe_silent_reminder P3 shop
18:09 probe_silent_reminder P3 search
