# A silence covers the server; a probe of the next second does not lift it.
13:55 record {"v":1,"type":"silence","slugs":["*"],"starts_at":"@14:00","ends_at":"@15:00","reason":"the new tools"}
14:01 green
14:02-14:10 red initialize eu us second=62
14:11-14:14 green
expect:
