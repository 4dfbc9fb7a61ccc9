# A tool is added, P3: the chat reads of it once a day, with everything else of
# that kind.
alerts:
  routes:
    - {name: chat, type: command, role: channel, command: [chat]}
    - {name: pager, type: command, role: pager, command: [page]}
    - {name: phone, type: command, role: phone, command: [phone]}
    - {name: boss, type: command, role: second, command: [boss]}
14:00-14:05 green hash=a
14:06 green hash=b drift=eu:a>b,us:a>b,ap:a>b added=search
14:07-14:10 green hash=b
expect:
14:06 schema_drift_detected P3 to=nobody later=chat
