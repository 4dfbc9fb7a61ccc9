# A configuration that promotes after ten minutes and reminds every hour.
alerts:
  policy: {promote: 10m, remind: 1h}
14:00-16:05 red tools-list eu us
16:06-16:09 green
expect:
14:00 downtime_started P2
14:10 downtime_escalated P1
15:00 downtime_reminder P1
16:00 downtime_reminder P1
16:08 downtime_resolved P1 until=16:06
