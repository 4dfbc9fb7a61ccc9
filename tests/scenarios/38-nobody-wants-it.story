# A configuration whose only route asks for something else: the event is told to
# nobody, and the replay says so.
alerts:
  routes:
    - {name: pager, type: command, severities: [P1], command: [page]}
14:00-14:04 amber tools-list eu
14:05-14:08 green
expect:
14:02 regional_started P2 to=nobody
14:07 regional_resolved P2 to=nobody
