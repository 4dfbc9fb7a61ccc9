# After a maintenance the regions that cannot use shop fall silent for good, and those
# that cannot use search are taken out. Both incidents end, and neither claims that the
# server has recovered.
servers: shop search
13:55 maintenance 14:00-14:05
14:00-14:12 red initialize eu us
14:13-14:42 shop: green no_data=eu,us
14:13-14:42 search: green without=eu,us
expect:
14:10 maintenance_overrun_started P1 shop since=14:00
14:10 maintenance_overrun_started P1 search since=14:00
14:13 maintenance_overrun_resolved P1 search since=14:00 until=14:13 count=13 headline="P1 closed after 13 min: search was not seen to recover" says="search is no longer probed from eu and us, where it failed: its incident ends after 13 min (14:00–14:13 UTC)."
14:17 probe_silent_started P3 shop regions=eu,us
14:42 maintenance_overrun_resolved P1 shop since=14:00 until=14:13 count=13 headline="P1 closed after 13 min: shop was not seen to recover" says="eu and us have not reported since 14:12 UTC; they failed when last seen: the incident of shop ends, for nobody watches it there, after 13 min (14:00–14:13 UTC)."
