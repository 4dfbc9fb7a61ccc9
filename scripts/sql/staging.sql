-- SPDX-License-Identifier: MIT
-- The rows of an export as they come, one table for each; PostgreSQL and SQLite.
-- The columns are those of mcp-records(5), EXPORT ROWS, in their order.
CREATE TEMP TABLE incoming_verdicts (slug text, span bigint, start bigint, month text,
	verdict text, step text, green bigint, amber bigint, red bigint,
	red_maintenance bigint, red_unchecked bigint, amber_unchecked bigint,
	minutes text, url text, regions jsonb);
CREATE TEMP TABLE incoming_probes (slug text, region text, start bigint, month text,
	probes bigint, healthy bigint, walled bigint, broken bigint, step text,
	error text, each text, records text);
CREATE TEMP TABLE incoming_latency (slug text, region text, span bigint, start bigint,
	month text, probes bigint, p50_ms double precision, p95_ms double precision,
	p99_ms double precision, counts text);
CREATE TEMP TABLE incoming_incidents (id text, at double precision, month text,
	slug text, what text, kind text, severity text, started_at bigint,
	resolved_at bigint, dedup_key text, told_with text, route text, event text,
	decided_at double precision, text text);
CREATE TEMP TABLE incoming_tools (slug text, kind text, region text,
	since double precision, month text, digest text, body text);
