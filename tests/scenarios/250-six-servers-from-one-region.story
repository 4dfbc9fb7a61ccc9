# Six servers cannot be reached from one region, and the others reach them all: what
# they share is that region, so nobody is sent to the CDN of six vendors.
servers: a b c d e f
14:00 green
14:01-14:04 amber tls eu error=tcp.timeout
14:05-14:08 green
expect:
14:03 regional_started P2 * regions=eu headline="P2: each of 6 servers works, but not from eu" says="Each of 6 servers (a, b, c, d, e and f) is available from us and ap, but not from eu (the connection fails with tcp.timeout): possibly the network of the region itself."
14:07 regional_resolved P2 * regions=eu
