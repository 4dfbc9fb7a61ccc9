# Two regions cannot start a session while a third is answered with 429. The outage
# ends; the limit goes on, and is told as of then, for until then it was no matter.
servers: shop
14:00-14:04 red initialize eu us limited=ap
14:05-14:08 green limited=ap
14:09-14:12 green
expect:
14:00 downtime_started P1 since=14:00 regions=eu,us
14:07 downtime_resolved P1 since=14:00 until=14:05 count=5
14:07 rate_limited_started P2 since=14:05 count=3 regions=ap
14:11 rate_limited_resolved P2 since=14:05 until=14:09
