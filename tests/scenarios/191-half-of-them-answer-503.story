# Twelve servers lose their tools in one minute: six answer with 503, which is P1, six
# with 404, which is P2, and in the next minute so does one more of either. Whoever is
# called for a P1 is called for the P1, and hears nothing of the others.
servers: a b c d e f g h i j k l m n
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
    - {name: phone, type: command, command: [phone]}
  policies:
    - {match: {severities: [P1]}, steps: [{routes: [phone]}]}
    - {steps: [{routes: [chat]}]}
14:00 green
14:01 a: b: c: d: e: f: red tools-list eu us error=http.404
14:01 g: h: i: j: k: l: red tools-list eu us error=http.503
14:01 m: n: green
14:02-14:03 a: b: c: d: e: f: m: red tools-list eu us error=http.404
14:02-14:03 g: h: i: j: k: l: n: red tools-list eu us error=http.503
14:04-14:08 green
expect:
14:01 downtime_started P1 * since=14:01 regions=eu,us to=phone
14:01 downtime_started P2 * since=14:01 regions=eu,us to=chat
14:02 downtime_escalated P1 * since=14:01 to=phone
14:02 downtime_escalated P2 * since=14:01 to=chat
14:06 downtime_resolved P2 * since=14:01 until=14:04 to=chat
14:06 downtime_resolved P1 * since=14:01 until=14:04 to=phone
