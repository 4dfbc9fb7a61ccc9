# The office is in Berlin: half past seven UTC is half past nine there, and people
# are at work.
alerts:
  routes:
    - {name: chat, type: command, role: channel, command: [chat]}
    - {name: pager, type: command, role: pager, command: [page]}
    - {name: phone, type: command, role: phone, command: [phone]}
    - {name: boss, type: command, role: second, command: [boss]}
  business: {zone: Europe/Berlin}
07:30-07:33 red initialize eu us
07:34-07:37 green
expect:
07:30 downtime_started P1 to=chat
07:36 downtime_resolved P1 to=chat
