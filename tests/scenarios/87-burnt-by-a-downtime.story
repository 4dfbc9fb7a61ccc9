# Ten minutes of downtime burn a month's budget, and were told of already: neither
# they nor what is left of them in the windows is news. New failures are, once they are
# no regional incident that is being confirmed.
14:00-14:01 red initialize eu us ap rates=5m:10/25,1h:10/300
14:02-14:09 red initialize eu us ap rates=5m:25/25,1h:50/300
14:10-14:12 green rates=5m:20/25,1h:50/300
14:13-14:14 green rates=5m:5/25,1h:50/300
14:15-14:29 green rates=1h:50/300
14:30-14:31 amber tools-call eu rates=5m:3/25,1h:53/300
14:32 green rates=5m:3/25,1h:53/300
14:33-14:36 green rates=1h:53/300
expect:
14:00 downtime_started P1 since=14:00
14:12 downtime_resolved P1 since=14:00 until=14:10 count=10
14:30 error_rate_started P2 since=14:30
14:32 slo_burn_started P2 since=14:30 count=3
14:35 error_rate_resolved P2 since=14:30 until=14:33 count=3
14:35 slo_burn_resolved P2 since=14:30 until=14:33 count=3
