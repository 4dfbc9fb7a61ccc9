# Everything once a day, in office hours, one event an hour at most: a P1 at three
# on a Saturday night comes at once all the same, however many there are.
servers: a b c
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
  budget: 1
  policies:
    - {steps: [{routes: [chat]}], hours: mon-fri 09:00-18:00, digest: daily}
99:00-99:09 a: red initialize eu us
99:01-99:09 b: red initialize eu us
99:02-99:09 c: red tools-list eu us
99:10-99:13 green
expect:
99:00 downtime_started P1 a to=chat later=nobody
99:01 downtime_started P1 b to=chat later=nobody
99:02 downtime_started P2 c to=nobody later=chat
99:12 downtime_resolved P1 a to=chat later=nobody
99:12 downtime_resolved P1 b to=chat later=nobody
99:12 downtime_resolved P2 c to=nobody later=chat
