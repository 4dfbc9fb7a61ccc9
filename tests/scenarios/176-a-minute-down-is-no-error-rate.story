# Where one passing minute is enough, a downtime of a minute is over at once; the
# requests that failed in it are no error rate of their own.
policy: resolve=1
14:00-14:01 green
14:02 red initialize eu us
14:03-14:05 green rates=5m:10/25
14:06-14:08 green
expect:
14:02 downtime_started P1
14:03 downtime_resolved P1 since=14:02 until=14:03
