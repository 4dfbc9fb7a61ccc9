-- SPDX-License-Identifier: MIT
-- Why probes failed: the most frequent failure of each hour, by month.
SELECT month, step, coalesce(error, '') AS error, count(DISTINCT slug) AS servers,
	count(*) AS hours, sum(broken) AS broken
FROM probes WHERE broken > 0 AND step IS NOT NULL
GROUP BY month, step, error ORDER BY month, broken DESC, step, error;
