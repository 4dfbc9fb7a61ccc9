# The daily look at certificates finds one that ends within seven days: told
# once, of both regions together, however often it is looked at.
09:00 record {"v":1,"type":"expiry","slug":"example-mcp","region":"eu","url":"https://example-mcp.example.com/mcp","at":"@09:00","what":"certificate","status":"expiring","within":604800,"expires_at":"2026-05-05T12:00:00Z","source":"certificate","issuer":null,"message":null}
09:00 record {"v":1,"type":"expiry","slug":"example-mcp","region":"us","url":"https://example-mcp.example.com/mcp","at":"@09:00","what":"certificate","status":"expiring","within":604800,"expires_at":"2026-05-05T12:00:00Z","source":"certificate","issuer":null,"message":null}
09:00-09:02 green
33:00 record {"v":1,"type":"expiry","slug":"example-mcp","region":"eu","url":"https://example-mcp.example.com/mcp","at":"@33:00","what":"certificate","status":"expiring","within":604800,"expires_at":"2026-05-05T12:00:00Z","source":"certificate","issuer":null,"message":null}
33:01 green
expect:
09:00 certificate_expiring P2 regions=eu,us
