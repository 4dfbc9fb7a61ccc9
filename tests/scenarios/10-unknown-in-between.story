# During an outage two regions do not report for some minutes: neither a failure
# nor a pass, so the incident stays as it is.
14:00-14:05 red initialize eu us
14:06-14:09 unknown no_data=eu,us
14:10 red initialize eu us
14:11-14:13 green
expect:
14:00 downtime_started P1 since=14:00
14:13 downtime_resolved P1 since=14:00 until=14:11 count=7
