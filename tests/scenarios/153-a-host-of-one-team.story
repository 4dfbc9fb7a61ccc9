# All servers of a machine belong to one team: its policy tells of each, and nobody
# hears of them as one, for nobody else was to hear of any.
servers: a b c d e
alerts:
  routes:
    - {name: team, type: command, command: [team]}
    - {name: ops, type: command, command: [ops]}
  policies:
    - {match: {servers: ["[a-e]"]}, steps: [{routes: [team]}]}
    - {steps: [{routes: [ops]}]}
14:00 green
14:01-14:04 red tls eu us
14:05-14:08 green
expect:
14:01 downtime_started P1 * to=nobody
14:01 downtime_started P1 a to=team
14:01 downtime_started P1 b to=team
14:01 downtime_started P1 c to=team
14:01 downtime_started P1 d to=team
14:01 downtime_started P1 e to=team
14:07 downtime_resolved P1 a to=team
14:07 downtime_resolved P1 b to=team
14:07 downtime_resolved P1 c to=team
14:07 downtime_resolved P1 d to=team
14:07 downtime_resolved P1 e to=team
14:07 downtime_resolved P1 * to=nobody
