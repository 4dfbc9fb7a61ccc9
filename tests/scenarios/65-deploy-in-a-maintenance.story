# New tools in a maintenance are what it was for: no drift, no divergence.
13:50 maintenance 14:00-14:30
14:00-14:09 green hash=a
14:10-14:15 green hash=eu:b,us:a,ap:a drift=eu:a>b removed=search
14:16-14:40 green hash=b
expect:
