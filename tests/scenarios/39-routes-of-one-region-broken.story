# A provider in one region has lost its way to the server for three hours: told
# once, never P1, and never a downtime.
14:00-16:59 amber dns eu
17:00-17:03 green
expect:
14:02 regional_started P2 since=14:00 layer=transport
17:02 regional_resolved P2 since=14:00 until=17:00 count=180
