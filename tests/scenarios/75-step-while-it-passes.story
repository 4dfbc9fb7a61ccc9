# The step of the ladder comes due in the very minute in which the server is about
# to be well: nobody else is called.
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
    - {name: oncall, type: command, command: [oncall]}
  policies:
    - {name: slow, steps: [{routes: [chat]}, {after: 10m, routes: [oncall]}]}
14:00-14:08 red initialize eu us
14:09-14:12 green
expect:
14:00 downtime_started P1 to=chat
14:11 downtime_resolved P1 to=chat
