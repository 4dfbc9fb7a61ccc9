# Our credential is refused in a maintenance and longer; then the server itself falls
# over: its end is that of the server, and not of our credential alone.
servers: billing
13:55 maintenance 14:00-14:10 billing
14:00-14:15 red auth-initialize eu us ap error=auth.rejected checks=refused
14:16-14:19 red initialize eu us ap error=jsonrpc.-32603
14:20-14:22 green
expect:
14:15 maintenance_overrun_started P1 since=14:00 headline="P1: we cannot check billing: our credential is refused since 14:00; it worked until then"
14:22 maintenance_overrun_resolved P1 since=14:00 until=14:20 count=20 headline="P1 over after 20 min: billing is up again" says="billing recovered after 20 min (14:00–14:20 UTC). Root layer: initialize. Failing minutes: 20. All layers pass again."
