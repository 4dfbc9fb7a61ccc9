-- SPDX-License-Identifier: MIT
-- Servers that do not work now, as of their newest verdict; not those that were removed.
SELECT slug, verdict, coalesce(step, '') AS step, at FROM endpoints
WHERE verdict <> 'green' AND at > (SELECT max(at) - 86400 FROM endpoints)
ORDER BY verdict DESC, slug;
