# A tool has another name, and another one is gone: the rename is told as one. Names stay
# as they are written.
14:00 green hash=a
14:01 green hash=b drift=eu:a>b,us:a>b,ap:a>b removed=docs_search,old_one added=docs_find renamed=docs_search>docs_find
14:02-14:03 green hash=b
expect:
14:01 schema_drift_detected P2 says="example-mcp changed its tools: docs_search became docs_find; old_one removed, as seen from eu, us and ap."
