# Told a week before, on the morning of the day on which it ends, and once it has:
# whoever forgot it has a day left.
10:00 record {"v":1,"type":"expiry","slug":"example-mcp","region":"eu","url":"https://example-mcp.example.com/mcp","at":"@10:00","what":"certificate","status":"expiring","within":604800,"expires_at":"2026-05-03T12:00:00Z","source":"certificate","issuer":null,"message":null}
82:00 record {"v":1,"type":"expiry","slug":"example-mcp","region":"eu","url":"https://example-mcp.example.com/mcp","at":"@82:00","what":"certificate","status":"expiring","within":604800,"expires_at":"2026-05-03T12:00:00Z","source":"certificate","issuer":null,"message":null}
106:00 record {"v":1,"type":"expiry","slug":"example-mcp","region":"eu","url":"https://example-mcp.example.com/mcp","at":"@106:00","what":"certificate","status":"expiring","within":86400,"expires_at":"2026-05-03T12:00:00Z","source":"certificate","issuer":null,"message":null}
106:30 record {"v":1,"type":"expiry","slug":"example-mcp","region":"us","url":"https://example-mcp.example.com/mcp","at":"@106:30","what":"certificate","status":"expiring","within":86400,"expires_at":"2026-05-03T12:00:00Z","source":"certificate","issuer":null,"message":null}
130:00 record {"v":1,"type":"expiry","slug":"example-mcp","region":"eu","url":"https://example-mcp.example.com/mcp","at":"@130:00","what":"certificate","status":"expired","within":0,"expires_at":"2026-05-03T12:00:00Z","source":"certificate","issuer":null,"message":null}
expect:
10:00 certificate_expiring P2
106:00 certificate_expiring P2
130:00 certificate_expiring P1
