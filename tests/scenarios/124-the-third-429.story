# A region is refused once, twice: no failure. Its third 429 in a row and all that
# follow are failures, and of three regions these are three.
policy: throttled=9
14:00 green limited=eu,us,ap rates=5m:3/18 throttled=5m:3
14:01 green limited=eu,us,ap rates=5m:6/18 throttled=5m:6
14:02 green limited=eu,us,ap rates=5m:9/18 throttled=5m:9
14:03-14:05 green rates=5m:9/18 throttled=5m:9
expect:
14:02 error_rate_started P2 since=14:02
14:05 error_rate_resolved P2 since=14:02 until=14:03 count=1
