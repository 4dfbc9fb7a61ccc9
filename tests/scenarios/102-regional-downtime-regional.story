# One region, then two, then another one: the first regional incident was part of
# the downtime and ends with it, and what is left then is an incident of its own.
14:00-14:03 amber initialize eu
14:04-14:08 red initialize eu us
14:09-14:12 amber initialize us
14:13-14:16 green
expect:
14:02 regional_started P2 since=14:00 regions=eu follows=-
14:04 downtime_started P1 since=14:04 regions=eu,us
14:11 downtime_resolved P1 since=14:04 until=14:09 count=5
14:11 regional_resolved P2 since=14:00 until=14:09
14:11 regional_started P2 since=14:09 count=3 regions=us follows=example-mcp:downtime:1777471440
14:15 regional_resolved P2 since=14:09 until=14:13 count=4
