# Each region in turn fails for two minutes: none for three in a row. Nobody is woken.
14:00-14:01 amber initialize eu
14:02-14:03 amber initialize us
14:04-14:05 amber initialize ap
14:06-14:08 green
expect:
