# Memory runs out: first the tools do not list, then no session begins, then the
# process is gone. One incident that gets worse under its key.
14:00-14:04 red tools-list eu us
14:05-14:09 red initialize eu us error=http.503
14:10-14:14 red tls eu us ap error=tcp.refused
14:15-14:18 green
expect:
14:00 downtime_started P2 since=14:00 layer=tools
14:05 downtime_escalated P1 since=14:00 layer=http step=initialize
14:10 downtime_escalated P1 since=14:00 layer=transport step=tls
14:17 downtime_resolved P1 since=14:00 until=14:15 layer=transport count=15
