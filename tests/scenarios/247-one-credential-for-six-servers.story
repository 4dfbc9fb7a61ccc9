# An account has one credential for all its servers, and a seventh server really fails at
# the same step: those who share the cause are told as one, and the seventh is not.
servers: a b c d e f g
14:00 green
14:01-14:04 a: b: c: d: e: f: red auth-initialize eu us error=auth.rejected checks=refused
14:01-14:04 g: red auth-initialize eu us error=http.500
14:05-14:09 green
expect:
14:01 downtime_started P1 * since=14:01 headline="P1: we cannot check each of 6 servers from eu and us: our credential is refused there since 14:01; it worked until then" says="We cannot check each of 6 servers (a, b, c, d, e and f) from eu and us: our credential is refused there since 14:01 UTC; it worked until then (auth-initialize fails with auth.rejected); clients with their own access may be fine."
14:01 downtime_started P1 g since=14:01 headline="P1: g is down"
14:07 downtime_resolved P1 g since=14:01 until=14:05
14:07 downtime_resolved P1 * since=14:01 until=14:05 headline="P1 over after 4 min: we can check each of 6 servers from eu and us again"
