# Six servers fail from two regions; one of these passes everywhere and falls silent,
# the other fails on: what they share is over, and what is left is P2.
servers: a b c d e f
14:00-14:03 red initialize eu us
14:04 amber initialize eu
14:05-14:20 amber initialize eu no_data=us
expect:
14:00 downtime_started P1 * since=14:00 regions=eu,us
14:06 regional_started P2 * since=14:04 regions=eu
14:06 downtime_resolved P1 * since=14:00 until=14:04
14:09 probe_silent_started P3 * since=14:05 regions=us
