# Down before the maintenance, in it, and after it: the ladder of the downtime was
# at its first step, and that of the overrun begins at its own.
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
    - {name: phone, type: command, command: [phone]}
    - {name: boss, type: command, command: [boss]}
  policies:
    - {steps: [{routes: [chat]}, {after: 5m, routes: [phone]}, {after: 15m, routes: [boss]}]}
13:58 maintenance 14:03-14:30
14:00-14:52 red initialize eu us
14:53-14:56 green
expect:
14:00 downtime_started P1 to=chat
14:35 maintenance_overrun_started P1 to=chat
14:40 maintenance_overrun_escalated P1 to=chat,phone
14:50 maintenance_overrun_escalated P1 to=chat,phone,boss
14:55 downtime_resolved P1 since=14:00 until=14:53 to=chat
14:55 maintenance_overrun_resolved P1 since=14:00 until=14:53
