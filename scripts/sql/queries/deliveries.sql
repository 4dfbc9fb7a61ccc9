-- SPDX-License-Identifier: MIT
-- Notifications of each route and month: how many arrived, and seconds until then.
SELECT month, route, what, count(*) AS deliveries,
	round(CAST(avg(at - decided_at) AS numeric), 1) AS mean_seconds,
	round(CAST(max(at - decided_at) AS numeric), 1) AS longest_seconds
FROM incidents WHERE route IS NOT NULL
GROUP BY month, route, what ORDER BY month, route, what;
