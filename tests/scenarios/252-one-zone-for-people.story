# People in Kolkata, where it is half past three when it is ten in UTC: every time in
# a sentence is theirs, says so, and has its day where that is another one there.
servers: shop
alerts:
  zone: Asia/Kolkata
  routes:
    - {name: chat, type: command, command: [chat]}
18:20 green
18:21-18:33 red initialize eu us error=http.503
18:34-18:36 green
expect:
18:21 downtime_started P1 since=18:21 headline="P1: shop is down" says="shop is down: initialize fails with http.503 from eu and us (2 of 3 regions)."
18:36 downtime_resolved P1 since=18:21 says="shop recovered after 13 min (2026-04-29 23:51–2026-04-30 00:04 Kolkata time). Root layer: http. Failing minutes: 13. All layers pass again."
