# The only policy is for the shop. Nothing of the other server is lost: it goes by
# the default, as if nobody had written a policy.
servers: shop search
alerts:
  routes:
    - {name: shop, type: command, command: [shop]}
    - {name: pager, type: pagerduty, secret: pager}
    - {name: sms, type: twilio_sms, secret: twilio, from: "+15551230100", to: ["+15551230123"]}
  policies:
    - {match: {servers: [shop]}, steps: [{routes: [shop]}]}
14:00-14:09 shop: red initialize eu us
14:00-14:09 search: red initialize eu us
14:10-14:13 green
expect:
14:00 downtime_started P1 search to=shop,pager
14:00 downtime_started P1 shop to=shop
14:05 downtime_escalated P1 search to=shop,pager,sms
14:12 downtime_resolved P1 shop to=shop
14:12 downtime_resolved P1 search to=shop,pager,sms
