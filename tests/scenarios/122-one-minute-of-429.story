# Our probes come too often for one minute, from everywhere: what the server refused
# says nothing of its health, neither as a rate nor as a burn.
14:00-14:02 green
14:03 red initialize eu us ap error=http.429 rates=5m:3/18,30m:3/90,1h:27/180 throttled=5m:3,30m:3,1h:27
14:04-14:08 green rates=5m:3/18,30m:3/90,1h:27/180 throttled=5m:3,30m:3,1h:27
expect:
