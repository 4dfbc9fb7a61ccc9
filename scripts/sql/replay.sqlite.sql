-- SPDX-License-Identifier: MIT
-- The archived probes of :slug as records for mcp-aggregate replay, one a line.
SELECT '{"v":1,"type":"probe","slug":"' || p.slug || '","region":"' || p.region ||
	'","probe_id":"a' ||
	CAST(p.start * 1000 + json_extract(e.value, '$[0]') * 1000 AS integer) ||
	'","probe_started_at":' || (p.start + json_extract(e.value, '$[0]')) ||
	coalesce(',"url":' || json_quote(n.url), '') ||
	',"state":"' || coalesce(json_extract(e.value, '$[2]'), 'healthy') ||
	'","failed_step":' ||
	coalesce('"' || json_extract(e.value, '$[3]') || '"', 'null') ||
	',"error":' || coalesce('"' || json_extract(e.value, '$[4]') || '"', 'null') ||
	',"total_ms":' || coalesce(json_extract(e.value, '$[1]'), 0) ||
	',"protocol":null,"era":null,"tool_hash":null,"full_hash":null,"tool_count":null}'
FROM probes p LEFT JOIN endpoints n ON n.slug = p.slug, json_each(p.each) AS e
WHERE p.slug = :slug AND p.start >= :first AND p.start < :last
ORDER BY p.start;
