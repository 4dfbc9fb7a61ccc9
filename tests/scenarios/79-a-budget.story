# A route that wants two events an hour one by one: the third waits for the others.
servers: a b c
alerts:
  routes:
    - {name: chat, type: command, budget: 2, command: [chat]}
14:00-14:09 a: red initialize eu us
14:01-14:09 b: red initialize eu us
14:02-14:09 c: red initialize eu us
expect:
14:00 downtime_started P1 a to=chat later=nobody
14:01 downtime_started P1 b to=chat later=nobody
14:02 downtime_started P1 c to=nobody later=chat
