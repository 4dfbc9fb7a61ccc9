# Ten minutes up a ladder a maintenance begins. What lasts through it is judged again
# five minutes after its end, and nobody answers for the time in which nobody was
# asked: the ladder goes on from where it was, one step at a time.
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
    - {name: second, type: command, command: [second]}
    - {name: boss, type: command, command: [boss]}
  policies:
    - {name: slow, steps: [{routes: [chat]}, {after: 15m, routes: [second]}, {after: 25m, routes: [boss]}]}
  policy: {promote: 10h}
14:00-15:20 amber initialize eu
14:08 maintenance 14:12-14:40
expect:
14:02 regional_started P2 to=chat
14:50 regional_escalated P2 to=chat,second
15:00 regional_escalated P2 to=chat,second,boss
