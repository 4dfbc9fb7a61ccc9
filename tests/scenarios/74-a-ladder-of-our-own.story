# A ladder that gives the chat twenty minutes: the first outage is over by then,
# the second is not.
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
    - {name: oncall, type: command, command: [oncall]}
  policies:
    - {name: slow, steps: [{routes: [chat]}, {after: 20m, routes: [oncall]}]}
14:00-14:14 red initialize eu us
14:15-14:29 green
14:30-14:59 red initialize eu us
15:00-15:03 green
expect:
14:00 downtime_started P1 since=14:00 to=chat
14:17 downtime_resolved P1 since=14:00 to=chat
14:30 downtime_started P1 since=14:30 to=chat
14:50 downtime_escalated P1 since=14:30 to=chat,oncall
15:02 downtime_resolved P1 since=14:30 to=chat,oncall
