# One probe fails in one region, and it falls silent: that the verdicts go by it for
# three minutes, or that an older mcp-aggregate goes by it for ever, makes no row of it.
14:00 amber initialize ap
14:01-14:02 amber initialize ap last=ap@14:00
14:03-14:12 amber initialize ap no_data=ap last=ap@14:00
14:13-14:15 green
expect:
14:05 probe_silent_started P3 since=14:00 regions=ap
14:13 probe_silent_resolved P3
