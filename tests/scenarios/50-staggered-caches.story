# After a deploy the caches of two regions keep the old tools for a quarter of an
# hour: whoever calls from there calls tools that are gone. P2, not a page.
14:00-14:04 green hash=a
14:05-14:19 green hash=eu:b,us:a,ap:a
14:20-14:23 green hash=b
expect:
14:05 cdn_cache_divergence_started P2 since=14:05 regions=ap,us
14:22 cdn_cache_divergence_resolved P2 since=14:05 until=14:20
