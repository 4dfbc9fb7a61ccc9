# One line says that it is four hours earlier: it is refused.
refused: 1
14:00-14:01 red initialize eu us
14:02 green as_of=10:02
14:03-14:06 green
expect:
14:00 downtime_started P1 since=14:00
14:05 downtime_resolved P1 since=14:00 until=14:03 count=2
