-- SPDX-License-Identifier: MIT
INSERT INTO endpoints (slug, url, at, verdict, step, regions)
SELECT slug, url, start, verdict, step, regions
FROM incoming_verdicts WHERE span = 60
ON CONFLICT (slug) DO UPDATE SET url = excluded.url, at = excluded.at,
	verdict = excluded.verdict, step = excluded.step, regions = excluded.regions
WHERE excluded.at >= endpoints.at;
INSERT INTO verdicts (slug, span, start, month, green, amber, red, red_maintenance,
	red_unchecked, amber_unchecked, minutes)
SELECT slug, span, start, month, green, amber, red, red_maintenance,
	red_unchecked, amber_unchecked, minutes
FROM incoming_verdicts WHERE span > 60
ON CONFLICT (slug, span, start) DO UPDATE SET green = excluded.green,
	amber = excluded.amber, red = excluded.red,
	red_maintenance = excluded.red_maintenance,
	red_unchecked = excluded.red_unchecked,
	amber_unchecked = excluded.amber_unchecked, minutes = excluded.minutes;
