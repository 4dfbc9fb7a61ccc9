# Down all night: a reminder every four hours, under the same key.
01:00-10:00 red initialize eu us ap
10:01-10:04 green
expect:
01:00 downtime_started P1 since=01:00 tier=hard-outage
05:00 downtime_reminder P1 since=01:00 count=241
09:00 downtime_reminder P1 since=01:00 count=481
10:03 downtime_resolved P1 since=01:00 until=10:01 count=541
