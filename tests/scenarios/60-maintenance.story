# A planned half hour, in which the server is down for a quarter of an hour and
# comes back: nobody is notified.
13:50 maintenance 14:00-14:30 reason="new disks"
13:50-14:04 green
14:05-14:19 red initialize eu us ap
14:20-14:40 green
expect:
