# In the middle of an outage two of three regions fall silent, for a quarter of an
# hour: the incident is neither over nor forgotten, and that nobody sees is told
# beside it.
14:00-14:04 red initialize eu us
14:05-14:19 unknown no_data=eu,us
14:20-14:24 red initialize eu us
14:25-14:28 green
expect:
14:00 downtime_started P1 since=14:00
14:09 probe_silent_started P3 since=14:05 regions=eu,us
14:20 probe_silent_resolved P3 since=14:05 until=14:20
14:27 downtime_resolved P1 since=14:00 until=14:25 count=10
