# Probed every five minutes, judged every minute: what counts are the probes, so
# fifteen verdicts on three probes are three windows.
14:00-14:04 amber tools-list eu probed=14:00
14:05-14:09 amber tools-list eu probed=14:05
14:10-14:14 amber tools-list eu probed=14:10
14:15-14:19 green probed=14:15
14:20-14:24 green probed=14:20
14:25-14:29 green probed=14:25
expect:
14:10 regional_started P2 since=14:00 count=3
14:25 regional_resolved P2 since=14:00 until=14:15 count=3
