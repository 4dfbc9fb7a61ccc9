# A server that is probed and judged every five minutes: three failing probes of
# one region take ten minutes, and three passing ones too.
interval: 5m
14:00 green
14:05-14:20 amber tools-list eu
14:25-14:40 green
expect:
14:15 regional_started P2 since=14:05 count=3
14:35 regional_resolved P2 since=14:05 until=14:25 count=4 says="example-mcp recovered in eu after 20 min (14:05–14:25 UTC). Root layer: tools, 4 failing probes from 1 region. All layers pass again."
