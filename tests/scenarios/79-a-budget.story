# Routes that get two events an hour one by one: the third waits for the others. No
# P1 would.
servers: a b c
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
  budget: 2
14:00-14:09 a: red tools-list eu us
14:01-14:09 b: red tools-list eu us
14:02-14:09 c: red tools-list eu us
expect:
14:00 downtime_started P2 a to=chat later=nobody
14:01 downtime_started P2 b to=chat later=nobody
14:02 downtime_started P2 c to=nobody later=chat
