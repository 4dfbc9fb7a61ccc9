# The only route is a call: it does not wait for the chat that nobody has. What is
# not for phones by default, P2, reaches it too, as there is nothing gentler.
alerts:
  routes:
    - {name: call, type: twilio_voice, secret: twilio, from: "+15551230100", to: ["+15551230123"]}
26:00-26:34 red initialize eu us
26:35-26:40 green
28:00-28:04 red tools-list eu us
28:05-28:08 green
expect:
26:00 downtime_started P1 to=call
26:15 downtime_escalated P1 to=call
26:30 downtime_escalated P1 to=call
26:37 downtime_resolved P1 to=call
28:00 downtime_started P2 to=call
28:07 downtime_resolved P2 to=call
