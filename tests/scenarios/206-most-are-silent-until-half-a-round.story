# Three of four regions are silent. In rounds that are not whole two of them report
# again, one after the other; which is half of all, and enough. That the rest of these
# rounds is missing is no new silence.
regions: eu us ap sa
servers: shop search
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
14:00 green
14:01-14:08 unknown no_data=eu,us,ap
14:09-14:11 search: unknown no_data=eu,us,ap
14:12-14:20 search: green no_data=us,ap
expect:
14:03 pipeline_stalled_started P2 * since=14:01 regions=ap,eu,us
14:12 pipeline_stalled_resolved P2 * since=14:01 until=14:12
14:13 probe_silent_started P3 search since=14:01 regions=ap,us
