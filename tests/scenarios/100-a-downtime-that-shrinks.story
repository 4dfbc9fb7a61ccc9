# Down in three regions for ten minutes, then in London alone for an hour: the
# downtime is over when fewer regions agree, its ladder stops, and what London
# sees goes on as a regional incident, which wakes nobody.
regions: us-east-1 eu-west-2 ap-southeast-1
servers: shop
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
    - {name: phone, type: command, command: [phone]}
    - {name: boss, type: command, command: [boss]}
  policies:
    - match: {severities: [P1]}
      steps: [{routes: [chat]}, {after: 5m, routes: [phone]}, {after: 15m, routes: [boss]}]
    - {steps: [{routes: [chat]}]}
14:00-14:09 red initialize us-east-1 eu-west-2 ap-southeast-1
14:10-15:09 amber initialize eu-west-2
15:10-15:14 green
expect:
14:00 downtime_started P1 since=14:00 tier=hard-outage to=chat
14:05 downtime_escalated P1 to=chat,phone
14:12 downtime_resolved P1 since=14:00 until=14:10 count=10 follows=- to=chat,phone says="shop works again, but not from London, after 10 min (14:00–14:10 UTC). Root layer: http. Failing minutes: 10."
14:12 regional_started P2 since=14:10 count=3 regions=eu-west-2 follows=shop:downtime:1777471200 to=chat says="shop works again, but not from London (initialize fails with http.503)."
15:12 regional_resolved P2 since=14:10 until=15:10 count=60 follows=shop:downtime:1777471200 to=chat
