# A hiccup of one region, two minutes long, is nobody's business.
14:00-14:01 green
14:02-14:03 amber initialize eu
14:04-14:10 green
expect:
