# The server lets anybody in, and asks for the credential with the list of tools: what
# is known is the same, and so is the severity.
servers: billing
14:00-14:03 red tools-list eu us ap error=auth.rejected checks=refused
14:04-14:07 green
expect:
14:00 downtime_started P1 since=14:00 headline="P1: we cannot check billing: our credential is refused since 14:00; it worked until then"
14:06 downtime_resolved P1 since=14:00 until=14:04 count=4
