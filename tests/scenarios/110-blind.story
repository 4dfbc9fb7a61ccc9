# No region reports on any server for eleven minutes, and every runner may be broken:
# nobody is watched, which is P1 after three minutes and no matter of single regions.
# The first report of any region ends it.
servers: shop search
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
14:00 green
14:01-14:11 unknown no_data=eu,us,ap
14:12 shop: green no_data=us,ap
14:12 search: unknown no_data=eu,us,ap
14:13-14:14 green
expect:
14:03 pipeline_stalled_started P1 * since=14:01 regions=ap,eu,us to=chat says="Monitoring is blind since 14:01 UTC (2 min): no region has reported on any server; no server is judged, and nobody would hear of an outage."
14:12 pipeline_stalled_resolved P1 * since=14:01 until=14:12 to=chat says="A region reports again after 11 min (14:01–14:12 UTC)."
