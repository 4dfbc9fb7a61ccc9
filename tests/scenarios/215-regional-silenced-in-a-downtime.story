# A regional incident is told, then silenced. A downtime covers it and shrinks to it:
# it goes on under its own key, and once the silence is over it is no longer mute.
13:55 record {"v":1,"type":"silence","slugs":["*"],"kinds":["regional"],"starts_at":"@14:05","ends_at":"@14:30","reason":"a known link"}
14:00 green
14:01-14:05 amber tools-list eu
14:06-14:09 red tools-list eu us
14:10-14:31 amber tools-list eu
14:32-14:34 amber tls eu
14:35-14:38 green
expect:
14:03 regional_started P2 since=14:01 regions=eu
14:06 downtime_started P2 since=14:06 regions=eu,us
14:12 downtime_resolved P2 since=14:06 until=14:10
14:32 regional_escalated P2 since=14:01 layer=transport
14:37 regional_resolved P2 since=14:01 until=14:35
