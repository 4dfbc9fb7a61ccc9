-- SPDX-License-Identifier: MIT
-- A list and a definition never change: digests tell them from others.
INSERT INTO tool_lists (slug, region, since, month, digest, body)
SELECT slug, region, since, month, digest, body
FROM incoming_tools WHERE kind = 'list'
ON CONFLICT (slug, region, since) DO NOTHING;
INSERT INTO tool_definitions (slug, digest, body)
SELECT slug, digest, body
FROM incoming_tools WHERE kind = 'definition' AND body IS NOT NULL
ON CONFLICT (slug, digest) DO NOTHING;
