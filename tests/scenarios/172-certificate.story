# A certificate ends in five days, and then has ended: the sentence names the hour
# and how long that is, and no other time that could be taken for it.
servers: shop
09:00 record {"v":1,"type":"expiry","slug":"shop","region":"eu","url":"https://shop.example.com/mcp","at":"@09:00","what":"certificate","status":"expiring","within":604800,"expires_at":"2026-05-04T08:00:00Z","source":"certificate","issuer":null,"message":null}
09:00-09:02 green
13:00 record {"v":1,"type":"expiry","slug":"shop","region":"eu","url":"https://shop.example.com/mcp","at":"@13:00","what":"certificate","status":"expired","within":0,"expires_at":"2026-04-29T11:40:00Z","source":"certificate","issuer":null,"message":null}
13:01-13:02 green
expect:
09:00 certificate_expiring P2 says="The certificate of shop ends Mon 4 May 08:00 UTC (in 4 d 23 h); renew it."
13:00 certificate_expiring P1 says="The certificate of shop EXPIRED 80 min ago (Wed 29 Apr 11:40 UTC); renew it."
