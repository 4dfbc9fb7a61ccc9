# The store is away when the server goes down, and back before it is up: one
# incident, told now, with the beginning that it has. What comes twice is told once.
14:00-14:04 green
14:05 green judged=14:09
14:06-14:08 red initialize eu us judged=14:09
14:09 red initialize eu us
14:10 red initialize eu us as_of=14:06 judged=14:09
14:10-14:12 red initialize eu us
14:13-14:16 green
expect:
14:09 downtime_started P1 since=14:06 count=4
14:15 downtime_resolved P1 since=14:06 until=14:13 count=7
