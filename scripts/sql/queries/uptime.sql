-- SPDX-License-Identifier: MIT
-- Uptime in percent of each server and month, without maintenances and unchecked minutes.
SELECT month, slug, sum(minutes) AS minutes, sum(down_minutes) AS down_minutes,
	round(100.0 * sum(up_minutes) / sum(minutes), 3) AS uptime
FROM uptime_days GROUP BY month, slug HAVING sum(minutes) > 0
ORDER BY month, uptime, slug;
