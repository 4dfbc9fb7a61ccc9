# A P2 is for the chat alone; promoted to P1 it reaches the pager, and then both
# hear of the end.
alerts:
  routes:
    - {name: pager, type: command, command: [page]}
    - {name: chat, type: command, command: [chat]}
  policies:
    - {match: {severities: [P1]}, steps: [{routes: [pager]}]}
    - {match: {severities: [P2]}, steps: [{routes: [chat]}]}
14:00-14:40 red tools-list eu us
14:41-14:44 green
expect:
14:00 downtime_started P2 to=chat
14:30 downtime_escalated P1 to=pager,chat
14:43 downtime_resolved P1 to=pager,chat
