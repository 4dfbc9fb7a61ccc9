# The server is still down after its maintenance; then one region passes and falls
# silent, and the other fails on: what was sent P1 ends, and the rest is P2.
13:50 maintenance 14:00-14:10
14:01-14:19 red initialize eu us
14:20 amber initialize eu
14:21-14:30 amber initialize eu no_data=us
expect:
14:15 maintenance_overrun_started P1 since=14:01 regions=eu,us
14:22 maintenance_overrun_resolved P1 since=14:01 until=14:20
14:22 regional_started P2 since=14:20 regions=eu
14:25 probe_silent_started P3 since=14:21 regions=us
