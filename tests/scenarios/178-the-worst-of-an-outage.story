# All regions fail, then two of three: the end still says how bad it was.
14:00 green
14:01-14:02 red dns eu us ap
14:03-14:05 red dns eu us
14:06-14:09 green
expect:
14:01 downtime_started P1 tier=hard-outage
14:08 downtime_resolved P1 since=14:01 until=14:06 tier=hard-outage
