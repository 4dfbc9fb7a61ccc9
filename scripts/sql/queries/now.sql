-- Servers that do not work now, as of their newest verdict.
SELECT slug, verdict, coalesce(step, '') AS step, at FROM endpoints
WHERE verdict <> 'green' ORDER BY verdict DESC, slug;
