# The store is away when the server comes back: what nobody saw is no recovery;
# three windows that were seen are.
14:00-14:05 red initialize eu us
14:06-14:15 gap
14:16-14:19 green
expect:
14:00 downtime_started P1 since=14:00
14:18 downtime_resolved P1 since=14:00 until=14:16 count=6
