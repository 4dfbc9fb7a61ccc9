# The tools of a server fail, half an hour passes, then nothing of it works: one
# headline says each time how bad it is, what it was before, and what users notice.
servers: shop
14:00 green
14:01-14:39 red tools-list eu us error=jsonrpc.-32603
14:40-14:44 red initialize eu us error=http.503
14:45-14:50 green
expect:
14:01 downtime_started P2 headline="P2: shop answers, but its tools fail" says="shop answers, but its tools fail: tools-list fails with jsonrpc.-32603 from eu and us (2 of 3 regions)."
14:31 downtime_escalated P1 headline="now P1 (was P2): shop answers, but its tools fail"
14:40 downtime_escalated P1 headline="P1, worse: shop is down" says="shop is down: initialize fails with http.503 from eu and us (2 of 3 regions); worse than before."
14:47 downtime_resolved P1 headline="P1 over after 44 min: shop is up again" says="shop recovered after 44 min (14:01–14:45 UTC). Root layer: http. Failing minutes: 44. All layers pass again."
