# Two regions fail, then the third: the same trouble, already P1, so nobody is
# called twice; the end says that it was a hard outage.
14:00-14:04 red initialize eu us
14:05-14:09 red initialize eu us ap
14:10-14:13 green
expect:
14:00 downtime_started P1 tier=step-alert regions=eu,us
14:12 downtime_resolved P1 since=14:00 tier=hard-outage regions=eu,us,ap
