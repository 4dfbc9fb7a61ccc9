# A deploy adds a tool: P3, it can wait. The regions see it one after the other,
# which is told once.
14:00-14:05 green hash=a
14:06 green hash=b drift=eu:a>b added=search
14:07 green hash=b drift=us:a>b,ap:a>b added=search
14:08-14:10 green hash=b
expect:
14:06 schema_drift_detected P3 regions=eu
