# Nobody watched it for most of the hour. The few minutes since then are no hour,
# whatever they look like; nor is half a day of three.
14:00-14:05 green rates=5m:2/18,30m:6/54,1h:7/80,6h:30/170,3d:40/900
expect:
