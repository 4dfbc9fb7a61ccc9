# The only region of a fleet is silent, which is all that it has: P1. In a maintenance
# of the server, too, for that has nothing to do with our runners.
regions: eu
13:00 maintenance 14:04-14:30 reason="new disks"
14:00 green
14:01-14:09 unknown no_data=eu
14:10-14:12 green
expect:
14:03 pipeline_stalled_started P1 * since=14:01 regions=eu
14:10 pipeline_stalled_resolved P1 * since=14:01 until=14:10
