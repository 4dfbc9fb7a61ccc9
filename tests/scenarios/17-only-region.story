# A server that one region probes: three failures in a row are a downtime, and
# its beginning is the first of them. Tools that do not list are P2, as with more regions.
regions: eu
14:00 green
14:01-14:06 amber tools-list eu
14:07-14:10 green
expect:
14:03 downtime_started P2 since=14:01 count=3 says="example-mcp answers, but its tools fail: tools-list fails with jsonrpc.-32603 from eu, its only region."
14:09 downtime_resolved P2 since=14:01 until=14:07 count=6
