# Nobody asked it for a quarter of an hour, and its platform lets it sleep: the first
# probes find it waking up, and those of the next minute find it well.
domain: fly.dev
14:00-14:02 green
14:03-14:17 gap
14:18 red initialize eu us ap
14:19-14:21 green
expect:
