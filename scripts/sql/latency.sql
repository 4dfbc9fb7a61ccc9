-- SPDX-License-Identifier: MIT
INSERT INTO latency (slug, region, span, start, month, probes, p50_ms, p95_ms, p99_ms,
	counts)
SELECT slug, region, span, start, month, probes, p50_ms, p95_ms, p99_ms, counts
FROM incoming_latency WHERE true
ON CONFLICT (slug, region, span, start) DO UPDATE SET probes = excluded.probes,
	p50_ms = excluded.p50_ms, p95_ms = excluded.p95_ms, p99_ms = excluded.p99_ms,
	counts = excluded.counts;
