-- SPDX-License-Identifier: MIT
-- Servers and regions by how much slower they were than the fastest region of the server.
SELECT month, slug, region, p95_ms, round(CAST(p95_ms - fastest AS numeric), 1) AS slower_ms
FROM (SELECT month, slug, region, p95_ms,
		min(p95_ms) OVER (PARTITION BY month, slug) AS fastest
	FROM (SELECT month, slug, region, round(CAST(avg(p95_ms) AS numeric), 1) AS p95_ms
		FROM latency WHERE span = 86400 AND region <> '*'
		GROUP BY month, slug, region) AS months) AS compared
WHERE p95_ms > fastest ORDER BY month, slower_ms DESC, slug, region LIMIT 100;
