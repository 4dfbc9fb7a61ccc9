# A silence that somebody ends is over at once.
13:55 record {"v":1,"type":"silence","slugs":["*"],"starts_at":"@14:00","ends_at":"@18:00","ended_at":"@14:10","reason":"a mistake"}
14:00-14:20 red tls ap eu
14:21-14:25 green
expect:
14:10 downtime_started P1 since=14:00 count=11
14:23 downtime_resolved P1 since=14:00 until=14:21
