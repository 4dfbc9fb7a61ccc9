# A tool is added, P3: the chat reads of it once a day, with everything else of
# that kind.
alerts:
  routes:
    - {name: chat, type: slack, secret: chat}
    - {name: pager, type: pagerduty, secret: pager}
    - {name: phone, type: twilio_sms, secret: phone, from: "+15551230100", to: ["+15551230123"]}
    - {name: boss, type: twilio_voice, secret: phone, from: "+15551230100", to: ["+15551230124"]}
14:00-14:05 green hash=a
14:06 green hash=b drift=eu:a>b,us:a>b,ap:a>b added=search
14:07-14:10 green hash=b
expect:
14:06 schema_drift_detected P3 to=nobody later=chat
