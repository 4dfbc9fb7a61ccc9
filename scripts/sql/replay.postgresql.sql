-- SPDX-License-Identifier: MIT
-- The archived probes of :slug as records for mcp-aggregate replay, one a line. Of a
-- large result psql fetches some rows at a time.
\set FETCH_COUNT 10000
SELECT '{"v":1,"type":"probe","slug":"' || p.slug || '","region":"' || p.region ||
	'","probe_id":"a' || (p.start * 1000 + (e->>0)::numeric * 1000)::bigint ||
	'","probe_started_at":' || p.start + (e->>0)::numeric ||
	coalesce(',"url":' || to_json(n.url)::text, '') ||
	',"state":"' || coalesce(e->>2, 'healthy') ||
	'","failed_step":' || coalesce('"' || (e->>3) || '"', 'null') ||
	',"error":' || coalesce('"' || (e->>4) || '"', 'null') ||
	',"total_ms":' || coalesce(e->>1, '0') ||
	',"protocol":null,"era":null,"tool_hash":null,"full_hash":null,"tool_count":null}'
FROM probes p LEFT JOIN endpoints n ON n.slug = p.slug,
	json_array_elements(p.each::json) AS e
WHERE p.slug = :'slug' AND p.start >= :first AND p.start < :last
ORDER BY p.start;
