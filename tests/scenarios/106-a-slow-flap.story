# One minute down, four up, for four hours: the third downtime within an hour is
# told as flapping and lasts until half an hour has passed without a failure, so
# there are three starts and not 48. Its ladder and its reminders go on.
alerts:
  routes:
    - {name: chat, type: command, command: [chat]}
    - {name: phone, type: command, command: [phone]}
  policies:
    - {match: {severities: [P1]}, steps: [{routes: [chat]}, {after: 5m, routes: [phone]}]}
    - {steps: [{routes: [chat]}]}
  policy: {remind: 1h}
14:00 red initialize eu us
14:01-14:04 green
14:05 red initialize eu us
14:06-14:09 green
14:10 red initialize eu us
14:11-14:14 green
14:15 red initialize eu us
14:16-14:19 green
14:20 red initialize eu us
14:21-14:24 green
14:25 red initialize eu us
14:26-14:29 green
14:30 red initialize eu us
14:31-14:34 green
14:35 red initialize eu us
14:36-14:39 green
14:40 red initialize eu us
14:41-14:44 green
14:45 red initialize eu us
14:46-14:49 green
14:50 red initialize eu us
14:51-14:54 green
14:55 red initialize eu us
14:56-14:59 green
15:00 red initialize eu us
15:01-15:04 green
15:05 red initialize eu us
15:06-15:09 green
15:10 red initialize eu us
15:11-15:14 green
15:15 red initialize eu us
15:16-15:19 green
15:20 red initialize eu us
15:21-15:24 green
15:25 red initialize eu us
15:26-15:29 green
15:30 red initialize eu us
15:31-15:34 green
15:35 red initialize eu us
15:36-15:39 green
15:40 red initialize eu us
15:41-15:44 green
15:45 red initialize eu us
15:46-15:49 green
15:50 red initialize eu us
15:51-15:54 green
15:55 red initialize eu us
15:56-15:59 green
16:00 red initialize eu us
16:01-16:04 green
16:05 red initialize eu us
16:06-16:09 green
16:10 red initialize eu us
16:11-16:14 green
16:15 red initialize eu us
16:16-16:19 green
16:20 red initialize eu us
16:21-16:24 green
16:25 red initialize eu us
16:26-16:29 green
16:30 red initialize eu us
16:31-16:34 green
16:35 red initialize eu us
16:36-16:39 green
16:40 red initialize eu us
16:41-16:44 green
16:45 red initialize eu us
16:46-16:49 green
16:50 red initialize eu us
16:51-16:54 green
16:55 red initialize eu us
16:56-16:59 green
17:00 red initialize eu us
17:01-17:04 green
17:05 red initialize eu us
17:06-17:09 green
17:10 red initialize eu us
17:11-17:14 green
17:15 red initialize eu us
17:16-17:19 green
17:20 red initialize eu us
17:21-17:24 green
17:25 red initialize eu us
17:26-17:29 green
17:30 red initialize eu us
17:31-17:34 green
17:35 red initialize eu us
17:36-17:39 green
17:40 red initialize eu us
17:41-17:44 green
17:45 red initialize eu us
17:46-17:49 green
17:50 red initialize eu us
17:51-17:54 green
17:55 red initialize eu us
17:56-17:59 green
18:00-18:40 green
expect:
14:00 downtime_started P1 since=14:00 to=chat
14:03 downtime_resolved P1 since=14:00 until=14:01 to=chat
14:05 downtime_started P1 since=14:05 to=chat
14:08 downtime_resolved P1 since=14:05 until=14:06 to=chat
14:10 downtime_started P1 since=14:10 flapping=true to=chat says="example-mcp is down: initialize fails with http.503 from eu and us (2 of 3 regions); it has been flapping since 14:00 UTC: down 3 times, 3 minutes in all."
14:15 downtime_escalated P1 since=14:10 flapping=true to=chat,phone
15:10 downtime_reminder P1 since=14:10 count=13 says="example-mcp is down: initialize fails with http.503 from eu and us (2 of 3 regions); not over after 1 h; it has been flapping since 14:00 UTC: down 15 times, 15 minutes in all."
16:10 downtime_reminder P1 since=14:10 count=25
17:10 downtime_reminder P1 since=14:10 count=37
18:25 downtime_resolved P1 since=14:10 until=17:56 count=46 flapping=true says="example-mcp recovered after 3 h 46 min (14:10–17:56 UTC). Root layer: http. Failing minutes: 46. It was down 48 times since 14:00 UTC, 48 minutes in all. All layers pass again."
