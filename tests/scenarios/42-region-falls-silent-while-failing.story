# A region fails and then does not report any more: it stays failing, and never
# counts as a pass.
14:00-14:01 amber tools-list eu
14:02-14:05 amber tools-list eu no_data=eu
14:06-14:09 green
expect:
14:02 regional_started P2 since=14:00 count=3
14:08 regional_resolved P2 since=14:00 until=14:06 count=6
