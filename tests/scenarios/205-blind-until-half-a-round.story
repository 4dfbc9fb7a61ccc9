# Blind; then one region reports on one server, and the verdicts on the other never
# come: the aggregator dies in the middle of each round. The first report is one all
# the same.
servers: shop search
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
14:00 green
14:01-14:08 unknown no_data=eu,us,ap
14:09-14:10 shop: unknown no_data=eu,us,ap
14:11-14:20 shop: unknown no_data=us,ap
expect:
14:03 pipeline_stalled_started P1 * since=14:01 regions=ap,eu,us
14:11 pipeline_stalled_resolved P1 * since=14:01 until=14:11
14:12 probe_silent_started P3 since=14:01 regions=ap,us
