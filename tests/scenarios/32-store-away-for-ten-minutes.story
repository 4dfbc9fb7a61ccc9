# Our store is away for ten minutes in the middle of an outage: no verdict, no
# event, no recovery, one incident.
14:00-14:05 red initialize eu us
14:06-14:15 gap
14:16-14:20 red initialize eu us
14:21-14:24 green
expect:
14:00 downtime_started P1 since=14:00
14:23 downtime_resolved P1 since=14:00 until=14:21 count=11
