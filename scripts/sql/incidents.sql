-- SPDX-License-Identifier: MIT
-- A record never changes: its id is the digest of it.
INSERT INTO incidents (id, at, month, slug, what, kind, severity, started_at,
	resolved_at, dedup_key, told_with, route, event, decided_at, text)
SELECT id, at, month, slug, what, kind, severity, started_at, resolved_at, dedup_key,
	told_with, route, event, decided_at, text
FROM incoming_incidents WHERE true
ON CONFLICT (id, at) DO NOTHING;
