# A server flaps, and is told of. A silence that ends ten minutes later does not end
# it: like any flapping it is over after half an hour without a failure.
13:55 record {"v":1,"type":"silence","slugs":["*"],"starts_at":"@14:10","ends_at":"@14:20","reason":"a new release"}
14:00 green
14:01 red tls eu us
14:02-14:04 green
14:05 red tls eu us
14:06-14:08 green
14:09 red tls eu us
14:10-14:45 green
expect:
14:01 downtime_started P1
14:04 downtime_resolved P1 until=14:02
14:05 downtime_started P1
14:08 downtime_resolved P1 until=14:06
14:09 downtime_started P1 flapping=true
14:39 downtime_resolved P1 since=14:09 until=14:10 flapping=true
