# Six servers fail at once, told as one, and recover within a silence. The shared
# incident ends with it; what they have a little later is another.
servers: a b c d e f
13:55 record {"v":1,"type":"silence","slugs":["*"],"starts_at":"@14:03","ends_at":"@14:20","reason":"a storm"}
14:00 green
14:01-14:04 red tls eu us
14:05-14:21 green
14:22 red tls eu us
14:23-14:26 green
expect:
14:01 downtime_started P1 * since=14:01
14:20 downtime_resolved P1 * since=14:01 until=14:05
14:22 downtime_started P1 * since=14:22
14:25 downtime_resolved P1 * since=14:22 until=14:23
