# Three of four regions fall silent on all servers: P2 after three minutes, for one
# runner is left. It falls silent, too: P1, under the same key, and a later report of
# one region ends that. Neither is told again for each server.
regions: eu us ap sa
servers: shop search
14:00 green
14:01-14:09 unknown no_data=eu,us,ap
14:10-14:14 unknown no_data=eu,us,ap,sa
14:15-14:16 unknown no_data=us,ap,sa
14:17-14:19 green
expect:
14:03 pipeline_stalled_started P2 * since=14:01 regions=ap,eu,us
14:12 pipeline_stalled_escalated P1 * since=14:01 regions=ap,eu,sa,us
14:15 pipeline_stalled_resolved P1 * since=14:01 until=14:15
