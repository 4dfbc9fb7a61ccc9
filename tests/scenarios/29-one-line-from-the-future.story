# One line says that it is two days later: it is refused, and hides none of those
# that come after it.
refused: 1
14:00-14:01 green
14:02 red initialize eu us as_of=62:00
14:03-14:05 red initialize eu us
14:06-14:09 green
expect:
14:03 downtime_started P1 since=14:03 count=1
14:08 downtime_resolved P1 since=14:03 until=14:06
