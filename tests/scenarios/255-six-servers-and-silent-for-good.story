# Six servers fail from one region, which falls silent for good: nobody says that they
# recovered there, neither of each nor of all.
servers: a b c d e f
14:00-14:03 amber tls ap
14:04-14:05 amber tls ap last=ap@14:03
14:06-14:36 green no_data=ap last=ap@14:03
expect:
14:02 regional_started P2 * since=14:00
14:08 probe_silent_started P3 * since=14:03
14:33 regional_resolved P2 * until=14:04 headline="P2 closed after 4 min: each of 6 servers was not seen to recover"
