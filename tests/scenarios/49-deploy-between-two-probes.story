# A deploy falls between two probes of one minute: one window sees both tool
# lists, the next only the new one. No alarm.
14:00-14:04 green hash=a
14:05 green hash=eu:a,us:a,ap:b
14:06-14:10 green hash=b
expect:
