# The office is in Berlin: half past seven UTC is half past nine there, people are
# at work, and a P2 need not wait.
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
  zone: Europe/Berlin
  policies:
    - {steps: [{routes: [chat]}], hours: mon-fri 09:00-18:00}
07:30-07:33 red tools-list eu us
07:34-07:37 green
expect:
07:30 downtime_started P2 to=chat
07:36 downtime_resolved P2 to=chat
