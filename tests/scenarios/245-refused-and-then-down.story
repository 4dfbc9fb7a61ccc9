# Our credential is refused, and while it is the server falls over: that is worse, and
# from then on it is the server's trouble, to its end.
servers: billing
14:00-14:04 red auth-initialize eu us ap error=auth.rejected checks=refused
14:05-14:06 red initialize eu us ap error=jsonrpc.-32603
14:07-14:08 red auth-initialize eu us ap error=auth.rejected checks=refused
14:09-14:12 green
expect:
14:00 downtime_started P1 since=14:00 headline="P1: we cannot check billing: our credential is refused since 14:00; it worked until then"
14:05 downtime_escalated P1 since=14:00 step=initialize headline="P1, worse: billing is down everywhere" says="billing is down everywhere: initialize fails with jsonrpc.-32603 from eu, us and ap (3 of 3 regions); worse than before; before, only our credential was refused."
14:11 downtime_resolved P1 since=14:00 until=14:09 headline="P1 over after 9 min: billing is up again"
