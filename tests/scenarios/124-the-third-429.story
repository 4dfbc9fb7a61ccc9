# A region is refused once, twice: no failure. Its third 429 in a row opens an incident
# of the rate limit, which says more than the error rate of the same minutes.
14:00 green limited=eu,us,ap rates=5m:3/18 throttled=5m:3
14:01 green limited=eu,us,ap rates=5m:6/18 throttled=5m:6
14:02 green limited=eu,us,ap rates=5m:9/18 throttled=5m:9
14:03-14:05 green rates=5m:9/18 throttled=5m:9
expect:
14:02 rate_limited_started P2 since=14:00 count=3 regions=eu,us,ap
14:05 rate_limited_resolved P2 since=14:00 count=3 regions=eu,us,ap
