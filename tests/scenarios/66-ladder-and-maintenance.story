# A maintenance begins while the ladder is climbed: its next steps are held with
# everything else.
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
    - {name: pager, type: command, command: [page]}
    - {name: phone, type: command, command: [phone]}
    - {name: boss, type: command, command: [boss]}
  policies:
    - match: {severities: [P1]}
      steps: [{routes: [pager]}, {after: 5m, routes: [phone]}, {after: 15m, routes: [boss]}]
25:50 maintenance 26:03-26:20
26:00-26:09 red initialize eu us
26:10-26:22 green
expect:
26:00 downtime_started P1 to=pager
26:20 downtime_resolved P1 since=26:00 until=26:10 to=pager
