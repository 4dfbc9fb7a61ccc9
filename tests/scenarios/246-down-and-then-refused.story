# A downtime after which our credential is refused stays the downtime that was told.
servers: billing
14:00-14:04 red initialize eu us ap error=http.503
14:05-14:06 red auth-initialize eu us ap error=auth.rejected checks=refused
14:07-14:10 green
expect:
14:00 downtime_started P1 since=14:00 headline="P1: billing is down everywhere"
14:09 downtime_resolved P1 since=14:00 until=14:07 count=7 headline="P1 over after 7 min: billing is up again"
