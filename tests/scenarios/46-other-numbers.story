# The same hiccup with a policy that is confirmed by one window and ends after
# two.
policy: confirm=1,resolve=2
14:00 green
14:01 amber tools-list eu
14:02-14:05 green
expect:
14:01 regional_started P2 since=14:01 count=1
14:03 regional_resolved P2 since=14:01 until=14:02
