# The phone is due in the minute in which regions begin to see different tools: it is
# called for the downtime that nobody answered, and not for the tools.
regions: eu us ap sa in
alerts:
  routes:
    - {name: pager, type: command, command: [page]}
    - {name: phone, type: command, command: [call]}
  policies:
    - {match: {severities: [P1]}, steps: [{routes: [pager]}, {after: 5m, routes: [phone]}]}
    - {steps: [{routes: [pager]}]}
14:00-14:04 red initialize eu us
14:05-14:12 red initialize eu us hash=ap:a,sa:b,in:a
expect:
14:00 downtime_started P1 since=14:00 to=pager
14:05 cdn_cache_divergence_started P2 since=14:05 to=pager
14:05 downtime_escalated P1 since=14:00 to=pager,phone
