# Nobody wrote a policy. Slow answers, P3, are read once a day where people chat;
# broken tools, P2, at once; and neither by whom the pager wakes.
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
    - {name: pager, type: opsgenie, secret: pager}
14:00-14:04 green p95=940 baseline=290
14:05-14:08 green p95=290 baseline=290
15:00-15:04 red tools-list eu us
15:05-15:08 green
expect:
14:02 latency_started P3 to=nobody later=chat
14:07 latency_resolved P3 to=nobody later=chat
15:00 downtime_started P2 to=chat later=nobody
15:07 downtime_resolved P2 to=chat later=nobody
