# Nobody judges for twenty minutes of the night, but the ladder is climbed by the
# clock: each step in its minute.
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
    - {name: pager, type: command, command: [page]}
    - {name: phone, type: command, command: [phone]}
    - {name: boss, type: command, command: [boss]}
  policies:
    - match: {severities: [P1]}
      steps: [{routes: [pager]}, {after: 5m, routes: [phone]}, {after: 15m, routes: [boss]}]
26:00-26:01 red initialize eu us
26:02-26:19 gap
26:20 red initialize eu us
26:21-26:24 green
expect:
26:00 downtime_started P1 to=pager
26:05 downtime_escalated P1 to=pager,phone
26:15 downtime_escalated P1 to=pager,phone,boss
26:23 downtime_resolved P1 to=pager,phone,boss
