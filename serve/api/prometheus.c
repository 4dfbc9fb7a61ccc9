/* SPDX-License-Identifier: MIT */
#include "api/api.h"

#include "data/view.h"
#include "json/json.h"

#include <math.h>
#include <stddef.h>

typedef double value_of(const struct prometheus_server *s);

struct gauge {
	const char *name, *help;
	value_of *value; /* NAN: none */
};

static bool fresh(const struct prometheus_server *s)
{
	return s->view->freshness == VIEW_FRESH;
}

static double state(const struct prometheus_server *s)
{
	static const double states[] = {
		[VERDICT_GREEN] = 1, [VERDICT_AMBER] = 0.5, [VERDICT_RED] = 0};

	return fresh(s) ? states[s->view->verdict] : NAN;
}

static double uptime(const struct prometheus_server *s)
{
	return fresh(s) ? s->view->uptime_30d : NAN;
}

static double p95(const struct prometheus_server *s)
{
	return fresh(s) ? s->view->p95_ms : NAN;
}

static double last_probe(const struct prometheus_server *s)
{
	return fresh(s) ? s->view->last_success_s : NAN;
}

/* A stale verdict has its time, too: since then nothing is known. */
static double verdict_at(const struct prometheus_server *s)
{
	return s->view->freshness == VIEW_NONE ? NAN : (double)s->view->as_of;
}

static double reporters(const struct prometheus_server *s)
{
	size_t n = 0;

	if (!fresh(s))
		return NAN;
	for (size_t i = 0; i < s->view->n_regions; i++)
		n += s->view->regions[i].place != PLACE_NO_DATA;
	return (double)n;
}

static double expected(const struct prometheus_server *s)
{
	return s->expected ? (double)s->expected : NAN;
}

/* The names are those of the article that the contract comes from. */
static const struct gauge contract[] = {
	{"alivemcp_state", "1=up, 0.5=degraded, 0=down", state},
	{"alivemcp_uptime_30d", "30-day uptime percent", uptime},
	{"alivemcp_p95_ms", "p95 latency in ms across all regions", p95},
	{"alivemcp_last_probe_seconds",
		"seconds since the last successful probe, as of the "
		"verdict",
		last_probe},
};

#define CONTRACT (sizeof contract / sizeof *contract)

static const struct gauge own[] = {
	{"mcp_fleet_verdict_timestamp_seconds",
		"the minute of the last published verdict", verdict_at},
	{"mcp_fleet_reporters",
		"regions that reported in the minute of the verdict",
		reporters},
	{"mcp_fleet_expected_reporters",
		"regions that the server is to be probed from", expected},
};

static void put_head(struct buf *b, const char *name, const char *help)
{
	buf_fmt(b, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void put_value(struct buf *b, double v)
{
	json_put_num(b, v);
	buf_char(b, '\n');
}

/* A slug needs no escaping. */
static void put_sample(struct buf *b, const struct gauge *g,
	const struct prometheus_server *s, bool *headed)
{
	double v = g->value(s);

	if (isnan(v))
		return;
	if (!*headed)
		put_head(b, g->name, g->help);
	*headed = true;
	buf_str(b, g->name);
	buf_str(b, "{slug=\"");
	buf_str(b, s->slug);
	buf_str(b, "\"} ");
	put_value(b, v);
}

void prometheus_put(struct buf *b, const struct prometheus_server *server)
{
	for (size_t i = 0; i < CONTRACT; i++) {
		bool headed = false;

		put_sample(b, &contract[i], server, &headed);
	}
}

static void put_heartbeats(struct buf *b, const struct prometheus_fleet *f)
{
	static const char name[] = "mcp_fleet_heartbeat_age_seconds";
	bool headed = false;

	for (size_t i = 0; i < STAGES; i++) {
		if (isnan(f->at[i]))
			continue;
		if (!headed)
			put_head(b, name,
				"seconds since a stage of the pipeline ran");
		headed = true;
		buf_fmt(b, "%s{stage=\"%s\"} ", name,
			stage_name((enum stage)i));
		put_value(b, floor(f->now - f->at[i]));
	}
}

/*
 * A scrape has the errors of a run and no other counts: beside the number of
 * public servers, these would tell how many private ones there are.
 */
#define TOLD                                                                   \
	(STATS_OF(COUNT_REFUSED) | STATS_OF(COUNT_RETRIED) |                   \
		STATS_OF(COUNT_GIVEN_UP))

/* A sample of a run, with a label of its own where there is one. */
static void put_run(struct buf *b, const char *name,
	const struct prometheus_run *r, const char *label, const char *word,
	double v)
{
	buf_fmt(b, "%s{program=\"%s\"", name, stage_name(r->stage));
	if (label)
		buf_fmt(b, ",%s=\"%s\"", label, word);
	buf_str(b, "} ");
	put_value(b, v);
}

/* The double that stands at an offset of a struct. */
static double value_at(const void *s, size_t offset)
{
	return *(const double *)(const void *)((const char *)s + offset);
}

struct field_gauge {
	const char *name, *help;
	size_t offset; /* of the value */
};

static void put_runs(struct buf *b, const struct prometheus_fleet *f)
{
	static const struct field_gauge gauges[] = {
		{"mcp_fleet_run_timestamp_seconds",
			"when the last run of a program ended",
			offsetof(struct prometheus_run, at)},
		{"mcp_fleet_run_duration_seconds",
			"how long the last run of a program took",
			offsetof(struct prometheus_run, took.wall_s)},
		{"mcp_fleet_run_peak_memory_bytes",
			"the most memory that the last run had",
			offsetof(struct prometheus_run, took.peak_bytes)},
	};
	static const char cpu[] = "mcp_fleet_run_cpu_seconds";
	static const char work[] = "mcp_fleet_run_work";

	for (size_t i = 0; f->n_runs && i < sizeof gauges / sizeof *gauges;
		i++) {
		put_head(b, gauges[i].name, gauges[i].help);
		for (size_t k = 0; k < f->n_runs; k++)
			put_run(b, gauges[i].name, &f->runs[k], NULL, NULL,
				value_at(&f->runs[k], gauges[i].offset));
	}
	if (f->n_runs)
		put_head(b, cpu, "time of processors that the last run took");
	for (size_t k = 0; k < f->n_runs; k++) {
		const struct prometheus_run *r = &f->runs[k];

		put_run(b, cpu, r, "mode", "user", r->took.user_s);
		put_run(b, cpu, r, "mode", "system", r->took.system_s);
	}
	if (f->n_runs)
		put_head(b, work, "what went wrong in the last run of a program");
	for (size_t k = 0; k < f->n_runs; k++)
		for (int i = 0; i < STATS; i++)
			if (f->runs[k].took.set & TOLD & STATS_OF(i))
				put_run(b, work, &f->runs[k], "kind",
					stats_name((enum counter)i),
					f->runs[k].took.counts[i]);
}

/* The name of a region needs no escaping. */
static void put_regions(struct buf *b, const struct prometheus_fleet *f)
{
	static const struct field_gauge gauges[] = {
		{"mcp_fleet_region_expected_servers",
			"public servers that a region is to report on",
			offsetof(struct prometheus_region, expected)},
		{"mcp_fleet_region_reported_servers",
			"public servers with a probe from a region in the "
			"last evaluation",
			offsetof(struct prometheus_region, reported)},
		{"mcp_fleet_region_last_probe_timestamp_seconds",
			"when the newest probe of a public server from a "
			"region started",
			offsetof(struct prometheus_region, last)},
	};

	for (size_t i = 0; i < sizeof gauges / sizeof *gauges; i++) {
		bool headed = false;

		for (size_t k = 0; k < f->n_regions; k++) {
			const struct prometheus_region *r = &f->regions[k];
			double v = value_at(r, gauges[i].offset);

			if (isnan(v))
				continue;
			if (!headed)
				put_head(b, gauges[i].name, gauges[i].help);
			headed = true;
			buf_fmt(b, "%s{region=\"%s\"} ", gauges[i].name,
				r->name);
			put_value(b, v);
		}
	}
}

/* A metric of one sample. */
static void put_alone(
	struct buf *b, const char *name, const char *help, double v)
{
	put_head(b, name, help);
	buf_fmt(b, "%s ", name);
	put_value(b, v);
}

static void put_fleet(struct buf *b, const struct prometheus_fleet *fleet)
{
	put_alone(b, "mcp_fleet_servers", "servers that everybody may see",
		(double)fleet->n);
	put_heartbeats(b, fleet);
	put_regions(b, fleet);
	put_runs(b, fleet);
	put_alone(b, "mcp_fleet_undelivered_servers",
		"servers with events that wait for delivery",
		fleet->undelivered);
	if (!isnan(fleet->left_out))
		put_alone(b, "mcp_fleet_left_out_servers",
			"servers of lists that are left out, as they are wrong",
			fleet->left_out);
}

bool prometheus_more(struct prometheus_fleet *f, struct buf *b, size_t piece)
{
	const size_t gauges = CONTRACT + sizeof own / sizeof *own;

	for (; f->gauge < gauges; f->gauge++) {
		const struct gauge *g = f->gauge < CONTRACT
						? &contract[f->gauge]
						: &own[f->gauge - CONTRACT];

		for (; f->next < f->n; f->next++) {
			struct prometheus_server s = f->server(f, f->next);

			if (b->len >= piece)
				return true;
			put_sample(b, g, &s, &f->headed);
		}
		f->next = 0;
		f->headed = false;
	}
	put_fleet(b, f);
	return false;
}
