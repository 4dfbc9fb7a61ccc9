# Our credential is refused everywhere; one region falls silent, and the others have
# the new one: of the silent one nobody says that it is accepted there.
servers: billing
14:00-14:05 red auth-initialize eu us ap error=auth.rejected checks=refused
14:06-14:07 red auth-initialize eu us ap error=auth.rejected checks=refused last=ap@14:05
14:08-14:12 green no_data=ap last=ap@14:05
expect:
14:00 downtime_started P1 since=14:00
14:10 downtime_resolved P1 until=14:08 headline="P1 over after 8 min: we can check billing from eu and us again, but have no report from ap" says="We can check billing from eu and us again: our credential is accepted, after 8 min (14:00–14:08 UTC). Nobody knows how the server was meanwhile. Failing minutes: 8. ap has not reported since 14:05 UTC; our credential was refused there when last seen."
14:10 probe_silent_started P3
