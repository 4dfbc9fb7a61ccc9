# A downtime is told, silenced, and becomes P1 unheard. When the silence ends its
# policy begins anew: the chat hears of the P1, and the phone ten minutes later.
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
    - {name: phone, type: command, command: [phone]}
  policies:
    - {steps: [{routes: [chat]}, {after: 10m, routes: [phone]}]}
13:55 record {"v":1,"type":"silence","slugs":["*"],"starts_at":"@14:04","ends_at":"@14:30","reason":"new disks"}
14:00 green
14:01-14:04 red tools-list eu us
14:05-14:41 red tls eu us
14:42-14:45 green
expect:
14:01 downtime_started P2 to=chat
14:30 downtime_escalated P1 since=14:01 to=chat
14:40 downtime_escalated P1 since=14:01 to=chat,phone
14:44 downtime_resolved P1 since=14:01 until=14:42 to=chat,phone
