# Six servers lose their tools in one minute: three answer with 503, which is P1, two
# with 404, which is P2, and one with 400. Six share a cause: they are told of by their
# severities, together.
servers: a b c d e f
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
14:00 green
14:01-14:02 a: b: c: red tools-list eu us error=http.503
14:01-14:02 d: e: red tools-list eu us error=http.404
14:01-14:02 f: red tools-list eu us error=http.400
14:03-14:06 green
expect:
14:01 downtime_started P1 * since=14:01 regions=eu,us to=chat
14:01 downtime_started P2 * since=14:01 regions=eu,us to=chat
14:05 downtime_resolved P2 * since=14:01 until=14:03 to=chat
14:05 downtime_resolved P1 * since=14:01 until=14:03 to=chat
