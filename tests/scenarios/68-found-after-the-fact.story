# The store is away for six minutes; the spool tells later that the server was
# down within them. It is over: nobody is woken, everybody may read of it.
alerts:
  routes:
    - {name: pager, type: command, command: [pager]}
    - {name: chat, type: command, command: [chat]}
  policies:
    - {match: {severities: [P1]}, steps: [{routes: [pager, chat]}]}
    - {steps: [{routes: [chat]}]}
14:00-14:04 green
14:05-14:06 green judged=14:11
14:07-14:08 red initialize eu us judged=14:11
14:09-14:10 green judged=14:11
14:11-14:20 green
expect:
14:11 downtime_found P2 since=14:07 until=14:09 count=2 regions=eu,us to=chat says="example-mcp was down 14:07 to 14:09 UTC, found at 14:11: initialize fails with http.503 from eu and us. Failing minutes: 2. It is over; while it lasted its minutes could not be judged, and nobody was notified."
