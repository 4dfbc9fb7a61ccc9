# Down at two in the morning: the pager, after five minutes the phone, after a
# quarter of an hour the one after them; the chat is not for the night.
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
    - {name: pager, type: command, command: [page]}
    - {name: phone, type: command, command: [phone]}
    - {name: boss, type: command, command: [boss]}
  policies:
    - match: {severities: [P1]}
      steps: [{routes: [pager]}, {after: 5m, routes: [phone]}, {after: 15m, routes: [boss]}]
26:00-26:19 red initialize eu us
26:20-26:23 green
expect:
26:00 downtime_started P1 to=pager
26:05 downtime_escalated P1 to=pager,phone
26:15 downtime_escalated P1 to=pager,phone,boss
26:22 downtime_resolved P1 to=pager,phone,boss
