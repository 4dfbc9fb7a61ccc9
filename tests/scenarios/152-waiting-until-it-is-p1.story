# Broken tools at night wait for the morning, for half an hour: then they are P1, and
# the pager does not wait; nor does the chat, which would have heard in the morning.
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
    - {name: pager, type: command, command: [page]}
  policies:
    - {match: {severities: [P1]}, steps: [{routes: [pager]}]}
    - {steps: [{routes: [chat]}], hours: "09:00-18:00"}
26:00-26:34 red tools-list eu us
26:35-26:38 green
expect:
26:00 downtime_started P2 to=nobody later=chat
26:30 downtime_escalated P1 to=chat,pager later=nobody
26:37 downtime_resolved P1 to=chat,pager later=nobody
