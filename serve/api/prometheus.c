#include "api/prometheus.h"

#include "data/view.h"
#include "json/json.h"

#include <math.h>

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
	return fresh(s) ? s->view->last_probe_s : NAN;
}

/* Of a stale verdict too: since then nothing is known. */
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
		"seconds since the newest probe, as of the verdict",
		last_probe},
};

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
static void put_gauge(struct buf *b, const struct gauge *g,
	const struct prometheus_server *servers, size_t n)
{
	bool headed = false;

	for (size_t i = 0; i < n; i++) {
		double v = g->value(&servers[i]);

		if (isnan(v))
			continue;
		if (!headed)
			put_head(b, g->name, g->help);
		headed = true;
		buf_fmt(b, "%s{slug=\"%s\"} ", g->name, servers[i].slug);
		put_value(b, v);
	}
}

void prometheus_put(
	struct buf *b, const struct prometheus_server *servers, size_t n)
{
	for (size_t i = 0; i < sizeof contract / sizeof *contract; i++)
		put_gauge(b, &contract[i], servers, n);
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

void prometheus_put_fleet(struct buf *b, const struct prometheus_fleet *fleet,
	const struct prometheus_server *servers, size_t n)
{
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		put_gauge(b, &own[i], servers, n);
	put_head(b, "mcp_fleet_servers", "servers that everybody may see");
	buf_str(b, "mcp_fleet_servers ");
	put_value(b, fleet->servers);
	put_heartbeats(b, fleet);
	put_head(b, "mcp_fleet_undelivered_servers",
		"servers with events that wait for delivery");
	buf_str(b, "mcp_fleet_undelivered_servers ");
	put_value(b, fleet->undelivered);
}
