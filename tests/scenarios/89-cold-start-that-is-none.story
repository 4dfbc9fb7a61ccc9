# It does not wake up: the second failure counts, one minute later than it would
# have elsewhere.
domain: fly.dev
14:00-14:02 green
14:03-14:17 gap
14:18-14:24 red initialize eu us ap
14:25-14:28 green
expect:
14:19 downtime_started P1 since=14:19
14:27 downtime_resolved P1 since=14:19 until=14:25 count=6
