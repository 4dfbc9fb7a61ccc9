-- SPDX-License-Identifier: MIT
-- Downtimes of each month: how many ended, and minutes to recover, mean and longest.
SELECT month, count(*) AS outages, round(avg(seconds) / 60.0, 1) AS mttr_minutes,
	round(max(seconds) / 60.0, 1) AS longest_minutes
FROM outages WHERE kind = 'downtime' AND resolved_at IS NOT NULL
GROUP BY month ORDER BY month;
