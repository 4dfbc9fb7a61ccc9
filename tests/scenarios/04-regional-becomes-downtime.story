# One region loses the server, then another: the regional incident is folded
# into the downtime, and whoever heard of it hears of its end under its own key.
14:02-14:05 amber tls eu
14:06-14:09 red tls eu us
14:10-14:13 green
expect:
14:04 regional_started P2 since=14:02
14:06 downtime_started P1 since=14:06 regions=eu,us layer=transport
14:12 downtime_resolved P1 since=14:06 until=14:10 count=4
14:12 regional_resolved P2 since=14:02 until=14:10
