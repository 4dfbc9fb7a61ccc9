# In a young fleet two regions fail in one minute, each at another step, and a third
# probe failed before: two accidents and a hiccup. Nobody is told of an outage.
alerts:
  routes:
    - {name: pager, type: command, command: [page]}
13:50 amber dns ap rates=5m:1/18,30m:1/30,1h:1/30,6h:1/30,3d:1/30
13:51-13:59 green rates=30m:1/30,1h:1/30,6h:1/30,3d:1/30
14:00 amber initialize eu tools-list us rates=5m:2/18,30m:3/50,1h:3/50,6h:3/50,3d:3/50
14:01-14:05 green rates=5m:2/18,30m:3/40,1h:3/40,6h:3/40,3d:3/40
expect:
