# The only region that fails is taken out of the configuration: nothing says that the
# server recovered there, and its incident ends at once, saying so. One that fails in
# two of them goes on while one is left.
regions: eu us ap sa
14:00-14:04 amber tools-call eu
14:05-14:10 green without=eu
15:00-15:04 amber tools-call us ap agree=1
15:05-15:09 amber tools-call us without=ap,eu
15:10-15:12 green without=ap,eu
expect:
14:02 regional_started P2 since=14:00 regions=eu
14:05 regional_resolved P2 since=14:00 until=14:05 says="example-mcp is no longer probed from eu, where it failed: its incident ends after 5 min (14:00–14:05 UTC)."
15:02 regional_started P2 since=15:00 regions=us,ap
15:12 regional_resolved P2 since=15:00 until=15:10
