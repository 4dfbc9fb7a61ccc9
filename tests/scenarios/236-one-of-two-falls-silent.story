# Two regions fail at different steps, and one falls silent: the other passes, but the
# incident is still of the silent one, and waits half an hour for it.
14:00-14:04 amber initialize ap tools-list eu
14:05-14:06 amber initialize ap last=ap@14:04
14:07-14:40 green no_data=ap last=ap@14:04
expect:
14:02 regional_started P2 since=14:00 regions=ap,eu
14:09 probe_silent_started P3 since=14:04 regions=ap
14:34 regional_resolved P2 since=14:00 until=14:05 count=5
