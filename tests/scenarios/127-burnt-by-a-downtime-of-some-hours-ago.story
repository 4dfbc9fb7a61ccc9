# The failures of a downtime are in the six hours, which are whole ones, until the
# seventh hour begins: then it still burns, and that is news.
14:00-14:03 red initialize eu us
14:04-22:30 green rates=6h:18/1800,3d:200/21600
expect:
14:00 downtime_started P1 since=14:00
14:06 downtime_resolved P1 since=14:00 until=14:04 count=4
21:00 slo_burn_started P3 since=21:00
