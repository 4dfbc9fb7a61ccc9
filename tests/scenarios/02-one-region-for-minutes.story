# One region of three fails: nobody is called for the first two minutes, and the
# third says where it can still be reached from.
14:00-14:01 green
14:02-14:10 amber tools-list eu
14:11-14:14 green
expect:
14:04 regional_started P2 since=14:02 count=3 regions=eu says="example-mcp is available from us and ap, but not from eu (tools-list fails with jsonrpc.-32603)."
14:13 regional_resolved P2 since=14:02 until=14:11 count=9
