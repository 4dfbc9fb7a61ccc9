# Our probes come too often, once and then twice in a row: nothing to tell.
14:00 green limited=eu
14:01-14:03 green
14:04-14:05 green limited=eu
14:06-14:09 green
expect:
