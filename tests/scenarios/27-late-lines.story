# Verdicts of earlier minutes arrive late, by a slower way: they are passed over,
# be they good or bad.
14:00-14:04 red initialize eu us
14:04 green as_of=14:02
14:05-14:08 green
14:08 red initialize eu us as_of=14:03
14:09 green
expect:
14:00 downtime_started P1 since=14:00
14:07 downtime_resolved P1 since=14:00 until=14:05 count=5
