# Only one region reports, and it fails: too few to call it down, so it is a
# regional incident after three minutes. Never green.
14:00-14:03 unknown initialize eu no_data=us,ap
14:04-14:07 green
expect:
14:02 regional_started P2 since=14:00 count=3 regions=eu tier=no-data says="example-mcp fails from eu (initialize fails with http.503), and no other region says that it works."
14:06 regional_resolved P2 since=14:00 until=14:04
