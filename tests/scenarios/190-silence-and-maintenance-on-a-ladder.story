# Three minutes up a ladder a silence begins, and in it a maintenance; for shop the
# silence is the longer one, for search the maintenance. The minutes that both cover
# count once: the ladder goes on from where it stood.
servers: shop search
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
    - {name: second, type: command, command: [second]}
    - {name: boss, type: command, command: [boss]}
  policies:
    - {name: slow, steps: [{routes: [chat]}, {after: 15m, routes: [second]}, {after: 25m, routes: [boss]}]}
  policy: {promote: 10h}
13:55 record {"v":1,"type":"silence","slugs":["shop"],"starts_at":"@14:05","ends_at":"@14:30","reason":"we move"}
13:55 record {"v":1,"type":"silence","slugs":["search"],"starts_at":"@14:05","ends_at":"@14:20","reason":"we move"}
13:56 maintenance 14:12-14:20 shop
13:56 maintenance 14:12-14:30 search
14:00-15:10 amber initialize eu
expect:
14:02 regional_started P2 search to=chat
14:02 regional_started P2 shop to=chat
14:42 regional_escalated P2 shop to=chat,second
14:47 regional_escalated P2 search to=chat,second
14:52 regional_escalated P2 shop to=chat,second,boss
14:57 regional_escalated P2 search to=chat,second,boss
