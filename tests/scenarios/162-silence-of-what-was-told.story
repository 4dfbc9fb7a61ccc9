# A regional incident is told, and then silenced. It ends in the silence: whoever
# was told of its beginning hears of its end when the silence is over.
14:00-14:20 amber tls ap
14:05 record {"v":1,"type":"silence","slugs":["example-*"],"starts_at":"@14:05","ends_at":"@14:40","reason":"looked into"}
14:21-14:45 green
expect:
14:02 regional_started P2 since=14:00 regions=ap
14:40 regional_resolved P2 since=14:00 until=14:21
