# A region in which our credential is refused falls silent: nobody knows any more
# whether it still is, and no message says that it is.
servers: billing
policy: remind=20m
14:00-14:04 amber auth-initialize ap error=auth.rejected checks=refused
14:05-14:06 amber auth-initialize ap error=auth.rejected checks=refused last=ap@14:04
14:07-14:34 green no_data=ap last=ap@14:04
expect:
14:02 regional_started P2 since=14:00
14:09 probe_silent_started P3
14:22 regional_reminder P2 headline="P2, open for 22 min: our credential for billing was refused when last seen from ap" says="billing: ap has not reported since 14:04 UTC; our credential was refused there when last seen (auth-initialize fails with auth.rejected)."
14:29 probe_silent_reminder P3
14:34 regional_resolved P2 until=14:05 headline="P2 closed after 5 min: billing was not seen to recover" says="ap has not reported since 14:04 UTC; our credential was refused there when last seen: the incident of billing ends, for nobody watches it there, after 5 min (14:00–14:05 UTC)."
