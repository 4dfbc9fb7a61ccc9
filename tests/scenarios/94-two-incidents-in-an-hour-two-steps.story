# Two outages in an hour, of different steps and regions: the second is no flap of
# the first, has a key of its own, and its ladder begins anew.
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
    - {name: phone, type: command, command: [phone]}
  policies:
    - {steps: [{routes: [chat]}, {after: 5m, routes: [phone]}]}
14:00-14:06 red initialize eu us
14:07-14:29 green
14:30-14:36 red dns us ap
14:37-14:40 green
expect:
14:00 downtime_started P1 since=14:00 to=chat
14:05 downtime_escalated P1 since=14:00 to=chat,phone
14:09 downtime_resolved P1 since=14:00 until=14:07 to=chat,phone
14:30 downtime_started P1 since=14:30 to=chat
14:35 downtime_escalated P1 since=14:30 to=chat,phone
14:39 downtime_resolved P1 since=14:30 until=14:37 to=chat,phone
