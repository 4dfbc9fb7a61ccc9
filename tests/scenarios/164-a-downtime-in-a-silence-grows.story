# A downtime of the tools is silenced, and has become P1 when the silence ends:
# its beginning is told then, as what it is by now; its first step is taken there.
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
    - {name: page, type: command, command: [page]}
  policies:
    - {match: {severities: [P1]}, steps: [{routes: [page]}]}
    - {steps: [{routes: [chat]}]}
13:55 record {"v":1,"type":"silence","slugs":["*"],"starts_at":"@14:00","ends_at":"@14:45","reason":"the new tools"}
14:00-15:00 red tools-list ap eu
15:01-15:05 green
expect:
14:45 downtime_started P1 since=14:00 to=page
15:03 downtime_resolved P1 since=14:00 until=15:01 to=page
