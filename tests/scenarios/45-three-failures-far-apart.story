# Two failures, and hours later a third: they are not in a row.
14:00-14:01 amber tools-list eu
14:02-17:29 gap
17:30 amber tools-list eu
17:31-17:33 green
expect:
