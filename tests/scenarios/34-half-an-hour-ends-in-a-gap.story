# Nobody judges for forty minutes, but time goes by: what was P2 is promoted in
# its minute, not when the verdicts come back.
14:00-14:10 red tools-list eu us
14:11-14:50 gap
14:51 red tools-list eu us
14:52-14:55 green
expect:
14:00 downtime_started P2 since=14:00
14:30 downtime_escalated P1 since=14:00 count=11
14:54 downtime_resolved P1 since=14:00 until=14:52 count=12
