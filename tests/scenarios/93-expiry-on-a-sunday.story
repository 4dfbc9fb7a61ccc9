# The certificate ends on Sunday, May 3, at noon. On the Saturday before nobody is
# woken: it was told in the week. On Sunday, when it has come, somebody is.
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
    - {name: pager, type: command, command: [page]}
  policies:
    - {match: {severities: [P1]}, steps: [{routes: [pager]}]}
    - {steps: [{routes: [chat]}]}
10:00 record {"v":1,"type":"expiry","slug":"example-mcp","region":"eu","url":"https://example-mcp.example.com/mcp","at":"@10:00","what":"certificate","status":"expiring","within":604800,"expires_at":"2026-05-03T12:00:00Z","source":"certificate","issuer":null,"message":null}
10:00-10:01 green
82:00 record {"v":1,"type":"expiry","slug":"example-mcp","region":"eu","url":"https://example-mcp.example.com/mcp","at":"@82:00","what":"certificate","status":"expiring","within":604800,"expires_at":"2026-05-03T12:00:00Z","source":"certificate","issuer":null,"message":null}
82:01 green
108:05 record {"v":1,"type":"expiry","slug":"example-mcp","region":"eu","url":"https://example-mcp.example.com/mcp","at":"@108:05","what":"certificate","status":"expired","within":0,"expires_at":"2026-05-03T12:00:00Z","source":"certificate","issuer":null,"message":null}
108:06-109:10 green
expect:
10:00 certificate_expiring P2 to=chat
108:05 certificate_expiring P1 to=pager
