# A server that was just added is not probed yet, in no region, while others are: that
# says something of this server, and nobody is blind.
servers: shop new
14:00-14:07 shop: green
14:00-14:07 new: unknown no_data=eu,us,ap
expect:
14:04 probe_silent_started P3 new since=14:00 regions=ap,eu,us
