# A deploy changes a tool, and is rolled back after twenty minutes: the way back is
# a change of its own.
14:00-14:05 green hash=a
14:06 green hash=b drift=eu:a>b,us:a>b,ap:a>b changed=search
14:07-14:25 green hash=b
14:26 green hash=a drift=eu:b>a,us:b>a,ap:b>a changed=search
14:27-14:30 green hash=a
expect:
14:06 schema_drift_detected P3
14:26 schema_drift_detected P3
