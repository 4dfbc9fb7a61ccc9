# Two hours down, as the people see it: the pager hears of P1, the chat of
# everything, and of the end whoever heard of the beginning.
alerts:
  routes:
    - {name: pager, type: command, command: [page]}
    - {name: chat, type: command, command: [chat]}
  policies:
    - {match: {severities: [P1]}, steps: [{routes: [pager, chat]}]}
    - {steps: [{routes: [chat]}]}
14:00-15:59 red initialize eu us
16:00-16:03 green
expect:
14:00 downtime_started P1 to=pager,chat
16:02 downtime_resolved P1 since=14:00 until=16:00 count=120 to=pager,chat
