# The same at two in the afternoon, and nobody wrote a policy: the chat and the pager
# hear of it at once, by whatever clock; the phone only when nobody reacts.
alerts:
  routes:
    - {name: chat, type: slack, secret: chat}
    - {name: pager, type: pagerduty, secret: pager}
    - {name: phone, type: twilio_sms, secret: phone, from: "+15551230100", to: ["+15551230123"]}
    - {name: boss, type: twilio_voice, secret: phone, from: "+15551230100", to: ["+15551230124"]}
14:00-14:09 red initialize eu us
14:10-14:13 green
expect:
14:00 downtime_started P1 to=chat,pager
14:05 downtime_escalated P1 to=chat,pager,phone
14:12 downtime_resolved P1 to=chat,pager,phone
