# The same on a Saturday afternoon: a P1 looks at no calendar.
alerts:
  routes:
    - {name: chat, type: slack, secret: chat}
    - {name: pager, type: pagerduty, secret: pager}
    - {name: phone, type: twilio_sms, secret: phone, from: "+15551230100", to: ["+15551230123"]}
    - {name: boss, type: twilio_voice, secret: phone, from: "+15551230100", to: ["+15551230124"]}
86:00-86:03 red initialize eu us
86:04-86:07 green
expect:
86:00 downtime_started P1 to=chat,pager
86:06 downtime_resolved P1 to=chat,pager
