# Single failures here and there within an hour are nobody's page: they are logged
# once, for the one route that asked for such things by name.
alerts:
  routes:
    - {name: pager, type: command, command: [page]}
    - {name: log, type: command, command: [log]}
  policies:
    - {match: {kinds: [anomaly_logged]}, steps: [{routes: [log]}]}
    - {steps: [{routes: [pager]}]}
14:00-14:09 green
14:10 amber initialize eu
14:11-14:24 green
14:25 amber tools-call us
14:26-14:39 green
14:40 amber dns ap
14:41-14:49 green
14:50 amber initialize eu
14:51-14:55 green
expect:
14:41 anomaly_logged P3 to=log later=nobody
