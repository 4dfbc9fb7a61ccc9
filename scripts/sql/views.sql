-- SPDX-License-Identifier: MIT
-- Views for queries, in both databases.
-- Minutes of a day in which we could check, and how many of these the server worked.
CREATE VIEW uptime_days AS
SELECT slug, start, month,
	green + amber + red - red_maintenance - red_unchecked - amber_unchecked
		AS minutes,
	green + amber - amber_unchecked AS up_minutes,
	red - red_maintenance - red_unchecked AS down_minutes,
	red_maintenance AS maintenance_minutes
FROM verdicts WHERE span = 86400;
-- An incident is a row; resolved_at is null while it is open.
CREATE VIEW outages AS
SELECT slug, kind, dedup_key, min(month) AS month, min(severity) AS severity,
	min(started_at) AS started_at, max(resolved_at) AS resolved_at,
	max(resolved_at) - min(started_at) AS seconds
FROM incidents WHERE kind IS NOT NULL AND started_at IS NOT NULL
GROUP BY slug, kind, dedup_key;
