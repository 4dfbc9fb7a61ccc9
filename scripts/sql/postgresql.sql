-- SPDX-License-Identifier: MIT
-- The archive of mcp-archive(1) in PostgreSQL 15 or later. History is partitioned by
-- month: DROP TABLE probes_2026_01 removes a month.
BEGIN;
-- The newest verdict: a row for each server.
CREATE TABLE endpoints (slug text PRIMARY KEY, url text, at bigint NOT NULL,
	verdict text NOT NULL, step text, regions jsonb);
CREATE TABLE verdicts (slug text, span bigint, start bigint, month text NOT NULL,
	green bigint NOT NULL, amber bigint NOT NULL, red bigint NOT NULL,
	red_maintenance bigint, red_unchecked bigint, amber_unchecked bigint,
	minutes text, PRIMARY KEY (slug, span, start)) PARTITION BY RANGE (start);
CREATE INDEX verdicts_start ON verdicts (span, start);
CREATE TABLE probes (slug text, region text, start bigint, month text NOT NULL,
	probes bigint NOT NULL, healthy bigint NOT NULL, walled bigint NOT NULL,
	broken bigint NOT NULL, step text, error text, each text NOT NULL,
	records text, PRIMARY KEY (slug, region, start)) PARTITION BY RANGE (start);
CREATE INDEX probes_start ON probes (start);
CREATE TABLE latency (slug text, region text, span bigint, start bigint,
	month text NOT NULL, probes bigint NOT NULL, p50_ms double precision,
	p95_ms double precision, p99_ms double precision, counts text NOT NULL,
	PRIMARY KEY (slug, region, span, start)) PARTITION BY RANGE (start);
CREATE INDEX latency_start ON latency (span, start);
CREATE TABLE incidents (id text, at double precision, month text NOT NULL,
	slug text NOT NULL, what text NOT NULL, kind text, severity text,
	started_at bigint, resolved_at bigint, dedup_key text, told_with text,
	route text, event text, decided_at double precision, text text,
	PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE INDEX incidents_slug ON incidents (slug, at);
CREATE TABLE tool_lists (slug text, region text, since double precision,
	month text NOT NULL, digest text, body text,
	PRIMARY KEY (slug, region, since));
CREATE TABLE tool_definitions (slug text, digest text, body text NOT NULL,
	PRIMARY KEY (slug, digest));
CREATE TABLE archive_cursors (what text PRIMARY KEY, at double precision NOT NULL);
-- The partition of the month that holds an instant, unless it is there.
CREATE FUNCTION archive_partition(of_table text, at double precision) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	first timestamp := date_trunc('month', to_timestamp(at) AT TIME ZONE 'UTC');
	name text := of_table || to_char(first, '_YYYY_MM');
BEGIN
	IF to_regclass(quote_ident(name)) IS NULL THEN
		EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (%s)',
			name, of_table, extract(epoch FROM first)::bigint,
			extract(epoch FROM first + interval '1 month')::bigint);
	END IF;
END $$;
