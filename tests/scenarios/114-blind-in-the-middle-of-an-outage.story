# All regions fall silent while a server is down: the outage is neither over nor
# forgotten, and that nobody sees is an incident beside it. The runner of one region
# stays away when the others are back, which is P3 for the server then.
14:00-14:04 red initialize eu us
14:05-14:09 unknown initialize eu us no_data=eu,us,ap
14:10-14:17 red initialize eu us no_data=ap
14:18-14:20 green
expect:
14:00 downtime_started P1 since=14:00
14:07 pipeline_stalled_started P1 * since=14:05 regions=ap,eu,us
14:10 pipeline_stalled_resolved P1 * since=14:05 until=14:10
14:11 probe_silent_started P3 since=14:05 regions=ap
14:18 probe_silent_resolved P3 since=14:05 until=14:18
14:20 downtime_resolved P1 since=14:00 until=14:18
