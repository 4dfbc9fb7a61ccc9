-- SPDX-License-Identifier: MIT
-- What happened to a server in the day before each downtime: new tools, other incidents.
SELECT o.slug, o.started_at, 'tools' AS what, l.region AS detail,
	round((o.started_at - l.since) / 60.0) AS minutes_before
FROM outages o JOIN tool_lists l ON l.slug = o.slug
	AND l.since <= o.started_at AND l.since > o.started_at - 86400
WHERE o.kind = 'downtime'
UNION ALL
SELECT o.slug, o.started_at, b.kind, coalesce(b.severity, ''),
	round((o.started_at - b.started_at) / 60.0)
FROM outages o JOIN outages b ON b.slug = o.slug AND b.dedup_key <> o.dedup_key
	AND b.started_at <= o.started_at AND b.started_at > o.started_at - 86400
WHERE o.kind = 'downtime'
ORDER BY 2 DESC, 1, 5, 3, 4;
