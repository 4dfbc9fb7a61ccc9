# A region sees old tools and is taken out of the configuration: the difference is gone
# with the next round, and nobody says that the region followed.
14:00-14:02 green hash=b
14:03-14:06 green hash=eu:b,us:b,ap:a
14:07-14:08 green hash=b without=ap
expect:
14:04 cdn_cache_divergence_started P2 since=14:03 regions=eu,us
14:07 cdn_cache_divergence_resolved P2 since=14:03 until=14:07 says="example-mcp is no longer probed from ap, which saw other tools: its incident ends after 4 min (14:03–14:07 UTC)."
