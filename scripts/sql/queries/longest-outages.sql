-- SPDX-License-Identifier: MIT
-- The twenty longest downtimes that ended.
SELECT slug, started_at, resolved_at, round(seconds / 60.0, 1) AS minutes, severity
FROM outages WHERE kind = 'downtime' AND resolved_at IS NOT NULL
ORDER BY seconds DESC, slug, started_at LIMIT 20;
