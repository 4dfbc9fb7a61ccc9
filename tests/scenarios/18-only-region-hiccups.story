# The only region fails twice, then once: no row of three, nobody is called.
regions: eu
14:00 green
14:01-14:02 amber initialize eu
14:03 green
14:04 amber initialize eu
14:05-14:09 green
expect:
