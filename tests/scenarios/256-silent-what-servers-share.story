# Six servers fail from two regions, and both fall silent: meanwhile no step of what
# they share is due, nor is it P1; who is reminded reads since when nobody knows. One
# server that fails again goes on with both.
servers: a b c d e f
alerts:
  policy: {promote: 10m, remind: 8m}
  routes:
    - {name: chat, type: command, command: [chat]}
    - {name: lead, type: command, command: [lead]}
  policies:
    - steps: [{routes: [chat]}, {after: 6m, routes: [lead]}]
14:00-14:03 red tools-list eu us
14:04-14:05 red tools-list eu us last=eu@14:03,us@14:03
14:06-14:14 green no_data=eu,us last=eu@14:03,us@14:03
14:15-14:16 a: red tools-list eu us
14:15-14:17 b: green no_data=eu,us last=eu@14:03,us@14:03
14:15-14:17 c: green no_data=eu,us last=eu@14:03,us@14:03
14:15-14:17 d: green no_data=eu,us last=eu@14:03,us@14:03
14:15-14:17 e: green no_data=eu,us last=eu@14:03,us@14:03
14:15-14:17 f: green no_data=eu,us last=eu@14:03,us@14:03
14:17 a: green
14:18-14:20 green
expect:
14:00 downtime_started P2 * since=14:00 regions=eu,us to=chat
14:08 probe_silent_started P3 * since=14:03 to=chat
14:08 downtime_reminder P2 * count=1 to=chat headline="P2, open for 8 min: each of 6 servers failed when last seen from eu and us" says="Each of 6 servers (a, b, c, d, e and f): eu and us have not reported since 14:03 UTC; they failed when last seen (tools-list fails with jsonrpc.-32603)."
14:14 probe_silent_escalated P3 * to=chat,lead
14:15 downtime_escalated P1 * since=14:00 regions=eu,us to=chat,lead
14:16 downtime_reminder P1 * to=chat,lead
14:16 probe_silent_reminder P3 * to=chat,lead
14:18 probe_silent_resolved P3 * says="eu and us report on each of 6 servers (a, b, c, d, e and f) again after 15 min (14:03–14:18 UTC)."
14:19 downtime_resolved P1 * since=14:00 count=6 headline="P1 over after 17 min: each of 6 servers is up again"
