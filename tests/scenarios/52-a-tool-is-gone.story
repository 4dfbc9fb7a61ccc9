# A deploy takes a tool away, in all regions at once: told once, P2, and it is no
# incident, so nothing ends.
14:00-14:05 green hash=a
14:06 green hash=b drift=eu:a>b,us:a>b,ap:a>b removed=search
14:07-14:10 green hash=b
expect:
14:06 schema_drift_detected P2 regions=eu,us,ap
