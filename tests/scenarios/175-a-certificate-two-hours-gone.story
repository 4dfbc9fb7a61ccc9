# Nobody renewed it, and nobody looked: up to two hours that is said in minutes, from
# then on in hours.
servers: shop blog
12:00 record {"v":1,"type":"expiry","slug":"shop","region":"eu","url":"https://shop.example.com/mcp","at":"@12:00","what":"certificate","status":"expired","within":0,"expires_at":"2026-04-29T10:01:00Z","source":"certificate","issuer":null,"message":null}
12:00 record {"v":1,"type":"expiry","slug":"blog","region":"eu","url":"https://blog.example.com/mcp","at":"@12:00","what":"certificate","status":"expired","within":0,"expires_at":"2026-04-29T09:30:00Z","source":"certificate","issuer":null,"message":null}
12:01-12:02 green
expect:
12:00 certificate_expiring P1 shop says="The certificate of shop EXPIRED 119 min ago (Wed 29 Apr 10:01 UTC); renew it."
12:00 certificate_expiring P1 blog says="The certificate of blog EXPIRED 2 h 30 min ago (Wed 29 Apr 09:30 UTC); renew it."
