-- SPDX-License-Identifier: MIT
-- Records that were archived stay when the store has them no more.
INSERT INTO probes (slug, region, start, month, probes, healthy, walled, broken,
	step, error, each, records)
SELECT slug, region, start, month, probes, healthy, walled, broken, step, error,
	each, records
FROM incoming_probes WHERE true
ON CONFLICT (slug, region, start) DO UPDATE SET probes = excluded.probes,
	healthy = excluded.healthy, walled = excluded.walled,
	broken = excluded.broken, step = excluded.step, error = excluded.error,
	each = excluded.each, records = coalesce(excluded.records, probes.records);
