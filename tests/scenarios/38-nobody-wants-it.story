# A configuration that wants nobody told of anything but P1: the replay says so.
alerts:
  routes:
    - {name: pager, type: command, command: [page]}
  policies:
    - {match: {severities: [P1]}, steps: [{routes: [pager]}]}
    - {steps: []}
14:00-14:04 amber tools-list eu
14:05-14:08 green
expect:
14:02 regional_started P2 to=nobody
14:07 regional_resolved P2 to=nobody
