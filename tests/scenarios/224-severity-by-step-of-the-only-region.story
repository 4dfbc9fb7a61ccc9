# Fleets of one region. The severity goes by the step: tools that do not list wake nobody
# before half an hour is over; initialize does at once, and what gets worse does then.
servers: lists greets worse
regions: eu
14:00 green
14:01-14:36 lists: amber tools-list eu
14:01-14:36 greets: amber initialize eu
14:01-14:05 worse: amber tools-list eu
14:06-14:36 worse: amber tls eu
14:37-14:40 green
expect:
14:03 downtime_started P1 greets since=14:01 count=3
14:03 downtime_started P2 lists since=14:01 count=3
14:03 downtime_started P2 worse since=14:01 count=3
14:06 downtime_escalated P1 worse since=14:01
14:33 downtime_escalated P1 lists since=14:01 count=33
14:39 downtime_resolved P1 lists since=14:01 until=14:37
14:39 downtime_resolved P1 greets since=14:01 until=14:37
14:39 downtime_resolved P1 worse since=14:01 until=14:37
