# The runner in ap moves for a while, and what only it sees is silenced. What it
# still sees at the end of the silence is told then.
13:55 record {"v":1,"type":"silence","regions":["ap"],"kinds":["regional"],"starts_at":"@14:00","ends_at":"@14:25","reason":"the runner moves"}
14:00-14:04 green
14:05-14:30 amber tls ap
14:31-14:35 green
expect:
14:25 regional_started P2 since=14:05 regions=ap count=21
14:33 regional_resolved P2 since=14:05 until=14:31
