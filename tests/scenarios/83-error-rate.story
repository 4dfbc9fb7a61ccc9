# One probe of 25 fails, then two, then three: five percent is a rate, but it takes
# three failures to be one. Never do two regions fail together.
14:00 green rates=5m:1/25,1h:1/300
14:01 amber initialize eu rates=5m:2/25,1h:2/300
14:02 amber tools-call us rates=5m:3/25,1h:3/300
14:03-14:06 green rates=5m:3/25,1h:3/300
14:07-14:10 green rates=5m:1/25,1h:3/300
expect:
14:02 error_rate_started P2 since=14:02 layer=http
14:09 error_rate_resolved P2 since=14:02 until=14:07 count=5
