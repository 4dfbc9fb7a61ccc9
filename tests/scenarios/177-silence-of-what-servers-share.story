# Three servers go down together, somebody silences all of them, and they recover
# in the silence: who was told of the beginning hears of the one end after it.
servers: blog docs shop
policy: common=3
14:00 green
14:01-14:20 red initialize eu us
14:05 record {"v":1,"type":"silence","slugs":["*"],"starts_at":"@14:05","ends_at":"@14:40","reason":"looked into"}
14:21-14:45 green
expect:
14:01 downtime_started P1 *
14:40 downtime_resolved P1 * since=14:01 until=14:21
