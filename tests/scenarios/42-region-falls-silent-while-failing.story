# A region fails and then does not report any more: minutes without a report neither
# fail nor pass, and two failing ones are no incident.
14:00-14:01 amber tools-list eu
14:02-14:05 amber tools-list eu no_data=eu
14:06-14:09 green
expect:
