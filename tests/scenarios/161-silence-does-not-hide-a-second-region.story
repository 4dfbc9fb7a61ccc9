# Region ap is silenced; eu fails with it. That is no runner that moves, and somebody is
# called at once.
13:55 record {"v":1,"type":"silence","regions":["ap"],"starts_at":"@14:00","ends_at":"@15:00","reason":"the runner moves"}
14:00-14:04 green
14:05-14:09 amber tls ap
14:10-14:19 red tls ap eu
14:20-14:29 green
expect:
14:10 downtime_started P1 since=14:10 regions=ap,eu
14:22 downtime_resolved P1 since=14:10 until=14:20
