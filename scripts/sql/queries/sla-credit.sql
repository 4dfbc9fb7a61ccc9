-- SPDX-License-Identifier: MIT
-- Months below 99.9 %, and a credit in percent of the fee: put your contract's steps here.
SELECT month, slug, uptime, down_minutes,
	CASE WHEN uptime < 95 THEN 100 WHEN uptime < 99 THEN 25 ELSE 10 END AS credit
FROM (SELECT month, slug, sum(down_minutes) AS down_minutes,
		round(100.0 * sum(up_minutes) / sum(minutes), 3) AS uptime
	FROM uptime_days GROUP BY month, slug HAVING sum(minutes) > 0) AS months
WHERE uptime < 99.9 ORDER BY month, uptime, slug;
