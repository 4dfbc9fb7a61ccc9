# An incident that passes midnight; its sentence says both days.
23:50-24:09 red initialize eu us
24:10-24:13 green
expect:
23:50 downtime_started P1 since=23:50
24:12 downtime_resolved P1 since=23:50 until=24:10 says="example-mcp recovered after 20 min (2026-04-29 23:50–2026-04-30 00:10 UTC). Root layer: http. Failing minutes: 20. All layers pass again."
