# Two minutes without any report, a report, and two minutes more: rounds that were
# late, and no minute is told.
14:00 green
14:01-14:02 unknown no_data=eu,us,ap
14:03 green
14:04-14:05 unknown no_data=eu,us,ap
14:06-14:08 green
expect:
