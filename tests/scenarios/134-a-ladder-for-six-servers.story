# Six servers fail at once. Those who watch all of them hear of one incident, and its
# ladder calls them once; who asked for one server hears of that one alone, and of
# its own ladder.
servers: a b c d e f g
alerts:
  routes:
    - {name: ops, type: command, command: [ops]}
    - {name: oncall, type: command, command: [on]}
    - {name: owner, type: command, command: [own]}
  policies:
    - {match: {servers: [b]}, steps: [{routes: [owner]}, {after: 5m, routes: [owner]}]}
    - {name: slow, steps: [{routes: [ops]}, {after: 5m, routes: [oncall]}]}
14:00 green
14:01-14:12 a: b: c: d: e: f: red tls eu us
14:13-14:20 green
expect:
14:01 downtime_started P1 * since=14:01 to=ops
14:01 downtime_started P1 b since=14:01 to=owner
14:06 downtime_escalated P1 b since=14:01 to=owner
14:06 downtime_escalated P1 * since=14:01 to=ops,oncall
14:15 downtime_resolved P1 b since=14:01 until=14:13 to=owner
14:15 downtime_resolved P1 * since=14:01 until=14:13 to=ops,oncall
