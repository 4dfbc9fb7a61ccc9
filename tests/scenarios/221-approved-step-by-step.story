# What nobody approved gets worse under its key, and another change of the same class is a
# drift. Then it flaps, which is one incident.
14:00-14:09 green hash=a
14:10 green hash=b unapproved=compatible:a>b@14:10 added=put drift=eu:a>b,us:a>b,ap:a>b
14:11-14:19 green hash=b unapproved=compatible:a>b@14:10 added=put
14:20 green hash=c unapproved=words:a>c@14:10 added=put drift=eu:b>c,us:b>c,ap:b>c
14:21-14:29 green hash=c unapproved=words:a>c@14:10 added=put
14:30 green hash=d unapproved=breaking:a>d@14:10 removed=get drift=eu:c>d,us:c>d,ap:c>d
14:31 green hash=e unapproved=breaking:a>e@14:10 removed=get,put drift=eu:d>e,us:d>e,ap:d>e
14:32 green hash=e unapproved=breaking:a>e@14:10 removed=get,put
14:33-14:34 green hash=a
14:35 green hash=e unapproved=breaking:a>e@14:10 removed=get,put
14:36-14:37 green hash=a
14:38 unknown no_data=eu,us
14:39-14:40 green hash=a
expect:
14:10 unapproved_change_started P3 since=14:10 says="example-mcp has tools that nobody approved, and callers go on as before: put added, as seen from eu, us and ap."
14:20 unapproved_change_escalated P2 since=14:10
14:30 unapproved_change_escalated P2 since=14:10
14:31 schema_drift_detected P2
14:39 unapproved_change_resolved P2 since=14:10 until=14:36
