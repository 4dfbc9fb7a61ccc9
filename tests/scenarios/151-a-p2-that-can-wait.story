# Broken tools at night: the chat reads of it in the morning, and of its end with
# it. In the morning itself they are told at once, and of an end in the evening too.
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
    - {name: pager, type: command, command: [page]}
  policies:
    - {match: {severities: [P1]}, steps: [{routes: [pager]}]}
    - {steps: [{routes: [chat]}], hours: "09:00-18:00"}
26:00-26:09 red tools-list eu us
26:10-26:13 green
41:50-42:00 red tools-list eu us
42:01-42:04 green
expect:
26:00 downtime_started P2 to=nobody later=chat
26:12 downtime_resolved P2
41:50 downtime_started P2 to=chat later=nobody
42:03 downtime_resolved P2 to=chat later=nobody
