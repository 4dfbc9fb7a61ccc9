# The newest probe saw the new tools first, so nobody was seen to be late; but two
# windows in a row differ, and that is no deploy between two probes.
14:00-14:04 green hash=a
14:05-14:06 green hash=eu:a,us:a,ap:b
14:07-14:10 green hash=b
expect:
14:06 cdn_cache_divergence_started P2 since=14:05 regions=eu,us
14:09 cdn_cache_divergence_resolved P2 since=14:05 until=14:07
