-- SPDX-License-Identifier: MIT
-- Milliseconds of each server and month: the mean of the days' medians, the worst 95th
-- percentile of a day.
SELECT month, slug, sum(probes) AS probes, round(CAST(avg(p50_ms) AS numeric), 1) AS p50_ms,
	max(p95_ms) AS worst_p95_ms
FROM latency WHERE span = 86400 AND region = '*'
GROUP BY month, slug ORDER BY month, worst_p95_ms DESC, slug;
