# A text and a call, and no chat: the text is the earliest, and told at once.
alerts:
  routes:
    - {name: call, type: twilio_voice, secret: twilio, from: "+15551230100", to: ["+15551230123"]}
    - {name: sms, type: twilio_sms, secret: twilio, from: "+15551230100", to: ["+15551230123"]}
26:00-26:19 red initialize eu us
26:20-26:23 green
expect:
26:00 downtime_started P1 to=sms
26:05 downtime_escalated P1 to=sms
26:15 downtime_escalated P1 to=call,sms
26:22 downtime_resolved P1 to=call,sms
