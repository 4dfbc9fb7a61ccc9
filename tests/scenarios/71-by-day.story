# The same at two in the afternoon: people are at work and read the chat, so no
# pager; the phone rings only when nobody reacts.
alerts:
  routes:
    - {name: chat, type: command, role: channel, command: [chat]}
    - {name: pager, type: command, role: pager, command: [page]}
    - {name: phone, type: command, role: phone, command: [phone]}
    - {name: boss, type: command, role: second, command: [boss]}
14:00-14:09 red initialize eu us
14:10-14:13 green
expect:
14:00 downtime_started P1 to=chat
14:05 downtime_escalated P1 to=chat,phone
14:12 downtime_resolved P1 to=chat,phone
