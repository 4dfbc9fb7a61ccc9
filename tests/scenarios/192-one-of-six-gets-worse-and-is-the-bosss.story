# Six servers lose their tools, one P2 in the chat. Then one of them cannot be reached;
# as a P1 it is the boss's, by a policy of its own: the boss is called for that one, and
# nobody for the other five. When a second one gets worse, that is the phone's.
servers: a b c d e f
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
    - {name: phone, type: command, command: [phone]}
    - {name: boss, type: command, command: [boss]}
  policies:
    - {match: {servers: [a], severities: [P1]}, steps: [{routes: [boss]}]}
    - {match: {severities: [P1]}, steps: [{routes: [phone]}]}
    - {steps: [{routes: [chat]}]}
14:00 green
14:01-14:02 red tools-list eu us
14:03-14:09 a: red tls eu us
14:03-14:05 b: c: d: e: f: red tools-list eu us
14:06-14:09 b: red tls eu us
14:06-14:09 c: d: e: f: red tools-list eu us
14:10-14:13 green
expect:
14:01 downtime_started P2 * since=14:01 regions=eu,us to=chat
14:03 downtime_escalated P1 a since=14:01 to=boss
14:06 downtime_escalated P1 * since=14:01 to=chat,phone
14:12 downtime_resolved P1 a since=14:01 to=boss
14:12 downtime_resolved P1 * since=14:01 to=chat,phone
