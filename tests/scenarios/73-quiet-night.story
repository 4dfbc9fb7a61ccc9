# The tools break at two in the morning, P2: it stands in the chat, and nobody is
# woken, until it is half an hour old and P1.
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
    - {name: pager, type: command, command: [page]}
    - {name: phone, type: command, command: [phone]}
    - {name: boss, type: command, command: [boss]}
  policies:
    - match: {severities: [P1]}
      steps: [{routes: [pager]}, {after: 5m, routes: [phone]}, {after: 15m, routes: [boss]}]
    - {match: {severities: [P2]}, steps: [{routes: [chat]}]}
26:00-26:32 red tools-list eu us
26:33-26:36 green
expect:
26:00 downtime_started P2 to=chat
26:30 downtime_escalated P1 to=chat,pager
26:35 downtime_resolved P1 to=chat,pager
