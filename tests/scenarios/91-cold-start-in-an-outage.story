# It is down, and then we are away: what an incident found before is not taken for
# a server that wakes up.
domain: onrender.com
14:00-14:02 green
14:03-14:05 red initialize eu us ap
14:06-14:20 gap
14:21 red initialize eu us ap
14:22-14:25 green
expect:
14:03 downtime_started P1 since=14:03
14:24 downtime_resolved P1 since=14:03 until=14:22 count=4
