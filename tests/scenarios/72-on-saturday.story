# The same on a Saturday afternoon: nobody is at work, so it is the pager.
alerts:
  routes:
    - {name: chat, type: command, role: channel, command: [chat]}
    - {name: pager, type: command, role: pager, command: [page]}
    - {name: phone, type: command, role: phone, command: [phone]}
    - {name: boss, type: command, role: second, command: [boss]}
86:00-86:03 red initialize eu us
86:04-86:07 green
expect:
86:00 downtime_started P1 to=pager
86:06 downtime_resolved P1 to=pager
