# Six servers lose their tools, told as one P2. One of them is silenced, and then
# cannot be reached at all: the others are no worse for that.
servers: a b c d e f
13:55 record {"v":1,"type":"silence","slugs":["a"],"starts_at":"@14:02","ends_at":"@14:30","reason":"new disks"}
14:00 green
14:01-14:02 red tools-list eu us
14:03-14:05 a: red tls eu us
14:03-14:05 b: c: d: e: f: red tools-list eu us
14:06-14:09 green
14:10-14:31 green
expect:
14:01 downtime_started P2 * since=14:01
14:30 downtime_resolved P2 * since=14:01 until=14:06
