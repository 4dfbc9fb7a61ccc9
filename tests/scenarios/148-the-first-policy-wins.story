# Each team has its servers; the last policy is for all the rest. Who would match
# further down hears nothing.
servers: shop-cart search
alerts:
  routes:
    - {name: shop, type: command, command: [shop]}
    - {name: ops, type: command, command: [ops]}
    - {name: boss, type: command, command: [boss]}
  policies:
    - {match: {servers: ["shop-*"]}, steps: [{routes: [shop]}]}
    - {match: {severities: [P1]}, steps: [{routes: [ops]}, {after: 5m, routes: [boss]}]}
    - {steps: [{routes: [ops]}]}
14:00-14:09 shop-cart: red initialize eu us
14:00-14:09 search: red initialize eu us
14:10-14:13 green
expect:
14:00 downtime_started P1 search to=ops
14:00 downtime_started P1 shop-cart to=shop
14:05 downtime_escalated P1 search to=ops,boss
14:12 downtime_resolved P1 shop-cart to=shop
14:12 downtime_resolved P1 search to=ops,boss
