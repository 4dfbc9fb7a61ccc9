# The cache of a region had the old tools; the region has shown the new ones once when it
# falls silent: it is not behind any more, and nobody waits for it.
14:00-14:04 green hash=a
14:05-14:09 green hash=eu:b,us:b,ap:a
14:10 green hash=b
14:11-14:30 green hash=eu:b,us:b no_data=ap
expect:
14:05 cdn_cache_divergence_started P2 since=14:05 regions=ap
14:12 cdn_cache_divergence_resolved P2 since=14:05 until=14:10
14:15 probe_silent_started P3 since=14:11 regions=ap
