# A downtime ends in a maintenance; the first window after the maintenance has one
# lost packet. That is no regional incident, and the downtime ends a little later.
14:00 green
14:01-14:09 red initialize eu us
13:00 maintenance 14:05-14:30 example-mcp reason="new disks"
14:10-14:29 green
14:30 amber initialize eu
14:31-14:40 green
expect:
14:01 downtime_started P1 since=14:01 count=1 regions=eu,us
14:31 downtime_resolved P1 since=14:01 count=9 regions=eu,us
