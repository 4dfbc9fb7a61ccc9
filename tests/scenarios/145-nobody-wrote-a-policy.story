# Routes and not a word about who hears what: the types say it. Chats and the pager
# at once, a text after five minutes, a call after fifteen, and again after thirty.
alerts:
  routes:
    - {name: call, type: twilio_voice, secret: twilio, from: "+15551230100", to: ["+15551230123"]}
    - {name: sms, type: twilio_sms, secret: twilio, from: "+15551230100", to: ["+15551230123"]}
    - {name: chat, type: slack, secret: chat}
    - {name: hook, type: webhook, url: "https://hook.example.com/"}
    - {name: pager, type: pagerduty, secret: pager}
26:00-26:44 red initialize eu us
26:45-26:48 green
expect:
26:00 downtime_started P1 to=chat,hook,pager later=nobody
26:05 downtime_escalated P1 to=sms,chat,hook,pager
26:15 downtime_escalated P1 to=call,sms,chat,hook,pager
26:30 downtime_escalated P1 to=call,sms,chat,hook,pager
26:47 downtime_resolved P1 to=call,sms,chat,hook,pager
