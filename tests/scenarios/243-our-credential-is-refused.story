# The credential of our probes has ended: nobody knows how the server is, and that is
# what people are told, though it is red, and wakes them.
servers: billing
14:00-14:04 green
14:05-14:09 red auth-initialize eu us ap error=auth.rejected checks=refused
14:10-14:13 green
expect:
14:05 downtime_started P1 since=14:05 headline="P1: we cannot check billing: our credential is refused since 14:05; it worked until then" says="We cannot check billing: our credential is refused since 14:05 UTC; it worked until then (auth-initialize fails with auth.rejected); clients with their own access may be fine."
14:12 downtime_resolved P1 since=14:05 until=14:10 count=5 headline="P1 over after 5 min: we can check billing again" says="We can check billing again: our credential is accepted, after 5 min (14:05–14:10 UTC). Nobody knows how the server was meanwhile. Failing minutes: 5."
