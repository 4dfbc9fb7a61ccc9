# Two regions fail, then the third: the same incident, which is a hard outage now.
# Vendors raise its priority.
14:00-14:04 red initialize eu us
14:05-14:09 red initialize eu us ap
14:10-14:13 green
expect:
14:00 downtime_started P1 tier=step-alert regions=eu,us
14:05 downtime_escalated P1 since=14:00 tier=hard-outage regions=eu,us,ap says="example-mcp is down everywhere: initialize fails with http.503 from eu, us and ap (3 of 3 regions); worse than before."
14:12 downtime_resolved P1 since=14:00 tier=hard-outage regions=eu,us,ap
