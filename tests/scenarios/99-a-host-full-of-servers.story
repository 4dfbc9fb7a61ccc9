# One machine carries six servers and dies: one notice that names them, one end
# when the last is back. A seventh follows; who asks for one server hears of it.
servers: a b c d e f g
alerts:
  routes:
    - {name: ops, type: command, command: [ops]}
    - {name: owner, type: command, command: [own]}
  policies:
    - {match: {servers: [b]}, steps: [{routes: [owner]}]}
    - {steps: [{routes: [ops]}]}
14:00 green
14:01-14:04 a: red tls eu us
14:05-14:20 a: green
14:01-14:09 b: red tls eu us
14:01-14:09 c: red tls eu us
14:01-14:09 d: red tls eu us
14:01-14:09 e: red tls eu us
14:01-14:09 f: red tls eu us
14:01-14:04 g: green
14:05-14:09 g: red tls eu us
14:10-14:20 b: green
14:10-14:20 c: green
14:10-14:20 d: green
14:10-14:20 e: green
14:10-14:20 f: green
14:10-14:20 g: green
expect:
14:01 downtime_started P1 * since=14:01 regions=eu,us to=ops
14:01 downtime_started P1 b since=14:01 regions=eu,us to=owner
14:05 downtime_escalated P1 * since=14:01 regions=eu,us to=ops
14:12 downtime_resolved P1 b since=14:01 until=14:10 to=owner
14:12 downtime_resolved P1 * since=14:01 until=14:10 count=9 to=ops
