# Six servers lose their tools at once, told as one P2. Then none can be reached:
# that one becomes P1, and whoever is called for a P1 is called at once.
servers: a b c d e f
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
    - {name: phone, type: command, command: [phone]}
  policies:
    - {match: {severities: [P1]}, steps: [{routes: [phone]}]}
    - {steps: [{routes: [chat]}]}
14:00 green
14:01-14:02 red tools-list eu us
14:03-14:05 red tls eu us
14:06-14:08 green
expect:
14:01 downtime_started P2 * since=14:01 regions=eu,us to=chat
14:03 downtime_escalated P1 * since=14:01 to=chat,phone
14:08 downtime_resolved P1 * since=14:01 to=chat,phone
