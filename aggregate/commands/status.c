/*
 * status.c: see status.h. Servers are read in groups; what the screen needs of
 * each is copied, so that a group's probes need not be kept.
 */
#include "commands/status.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "commands/status_fleet.h"
#include "commands/status_screen.h"
#include "judge/fleet.h"
#include "judge/isolation_store.h"
#include "options.h"
#include "rule/divergence_text.h"
#include "rule/drift.h"
#include "rule/failure_run.h"
#include "rule/verdict.h"
#include "store/keys.h"
#include "store/load.h"
#include "store/rollup.h"
#include "store/store.h"
#include "verdict_line.h"

#include <langinfo.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define GROUP 100
#define WIDTH 80
#define WIDTH_LEAST 40
#define WIDTH_MOST 500
/* Room for the text on tools that differ: 256 regions. */
#define DIFFER_MAX ((size_t)32 * 1024)
/* Room for all that is written: some KiB of each server. */
#define SCREEN_MAX ((size_t)1 << 30)

/* Read the published verdict. */
static void read_published(struct status_server *out, const char *text)
{
	struct verdict_record r;
	char why[RECORD_WHY];

	out->uptime_30d = NAN;
	out->published = text != NULL;
	out->as_of = NAN;
	if (!text)
		return;
	if (verdict_read(text, strlen(text), &r, why)) {
		log_warn("store: the verdict on %s: %s", out->slug, why);
		return;
	}
	out->as_of = (double)r.verdict.window;
	out->colour = r.verdict.verdict;
	out->tier = r.verdict.tier;
	out->step = r.verdict.step;
	out->checks = r.verdict.checks;
	out->uptime_30d = r.verdict.uptime_30d;
	for (size_t i = 0; i < out->n_regions; i++)
		for (size_t k = 0; k < r.verdict.n_failing; k++)
			if (strcmp(out->regions[i].name,
				    r.verdict.failing[k]) == 0)
				out->regions[i].failing = true;
	verdict_record_release(&r);
}

static const struct region_history *find_region(
	const struct server *known, const char *name)
{
	for (size_t i = 0; known && i < known->n_regions; i++)
		if (strcmp(known->regions[i].name, name) == 0)
			return &known->regions[i];
	return NULL;
}

static enum dot dot_of(enum region_state s)
{
	switch (s) {
	case STATE_HEALTHY:
		return DOT_HEALTHY;
	case STATE_AUTH_WALLED:
		return DOT_WALLED;
	case STATE_BROKEN:
		break;
	}
	return DOT_BROKEN;
}

/* What the rule makes of one region now. */
static void read_region(struct status_region *out, const struct rule *rule,
	const struct region_history *h, double now)
{
	double until = now + rule->ahead_s;
	const struct probe *p;
	size_t n;

	out->newest = NAN;
	if (!h)
		return;
	n = history_until(h, until);
	if (n) {
		p = &h->probes[n - 1];
		out->newest = p->started_at;
		if (failure_run_judge(rule, h, now).reports)
			out->dot = dot_of(p->state);
	}
	p = drift_newest(h, until);
	if (p && p->started_at >= now - rule->divergence_s)
		snprintf(out->hash, sizeof out->hash, "%s", p->tools->hash);
}

static char *differ(const struct verdict *v, double now)
{
	struct buf b;

	buf_init(&b, DIFFER_MAX);
	divergence_text_sides(&b, v, now, "UTC");
	return buf_take(&b);
}

/* The regions in the configuration's order; without one, those seen. */
static void read_probes(struct status_server *out,
	const struct fleet_server *server, const struct server *known,
	double now)
{
	size_t n = server->n_regions ? server->n_regions
		   : known	     ? known->n_regions
				     : 0;
	const char **expected = xcalloc(n, sizeof *expected);
	struct verdict v;

	out->n_regions = n;
	out->regions = xcalloc(n, sizeof *out->regions);
	for (size_t i = 0; i < n; i++) {
		expected[i] = server->n_regions ? server->regions[i]
						: known->regions[i].name;
		snprintf(out->regions[i].name, sizeof out->regions[i].name,
			"%s", expected[i]);
		read_region(&out->regions[i], &server->rule,
			find_region(known, expected[i]), now);
	}
	v = verdict_decide(&server->rule,
		&(struct verdict_input) {.slug = server->slug,
			.now = now,
			.expected = expected,
			.n_expected = n,
			.regions = known ? known->regions : NULL,
			.n_regions = known ? known->n_regions : 0});
	out->no_data = v.tier == TIER_NO_DATA;
	if (v.divergence)
		out->tools_differ = differ(&v, now);
	out->reporters = v.reporters;
	verdict_release(&v);
	free(expected);
}

/*
 * Read what is not in probes: the published verdicts, and the p95 of each hour.
 */
static int read_store(
	struct store *s, struct status_server *out, size_t n, double now)
{
	int64_t hour = (int64_t)now / 3600 - (STATUS_HOURS - 1);
	struct histogram *h = xmalloc(sizeof *h);
	char key[KEY_MAX];
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		store_add(s, "GET", key_verdict(key, out[i].slug), NULL);
		for (int k = 0; k < STATUS_HOURS; k++)
			store_add(s, "HGETALL",
				key_latency(key, out[i].slug, hour + k), NULL);
	}
	if (store_run(s)) {
		free(h);
		return store_failed(s);
	}
	for (size_t i = 0; i < n; i++) {
		read_published(&out[i], store_text(store_reply(s, at++)));
		for (int k = 0; k < STATUS_HOURS; k++) {
			memset(h, 0, sizeof *h);
			rollup_latency(h, store_reply(s, at++));
			out[i].hours[k] = histogram_percentile(h, 95);
		}
	}
	free(h);
	return 0;
}

static int read_group(struct store *s, const struct fleet *fleet, size_t first,
	struct status_server *out, double now,
	const struct isolated_regions *isolated)
{
	struct fleet_server servers[GROUP];
	size_t n = fleet_some(fleet, first, GROUP, servers);
	struct loaded *loaded = xcalloc(n, sizeof *loaded);
	const char **slugs = xcalloc(n, sizeof *slugs);
	struct collect *c = collect_new();
	struct server *known;
	size_t n_known;
	int rc;

	for (size_t i = 0; i < n; i++)
		out[i].slug = slugs[i] = servers[i].slug;
	rc = load_servers(s, c, slugs, n, now, loaded);
	if (!rc) {
		collect_finish(c);
		known = collect_servers(c, &n_known);
		for (size_t i = 0; i < n_known; i++)
			isolated_regions_cut(isolated, known[i].regions,
				known[i].n_regions);
		for (size_t i = 0; i < n; i++) {
			const struct server *mine = NULL;

			for (size_t k = 0; k < n_known && !mine; k++)
				if (strcmp(known[k].slug, slugs[i]) == 0)
					mine = &known[k];
			if (mine)
				load_seen(&loaded[i], mine->regions,
					mine->n_regions);
			read_probes(&out[i], &servers[i], mine, now);
			out[i].p95_ms = loaded[i].figures.p95_ms;
		}
		load_release(loaded, n);
		rc = read_store(s, out, n, now);
	}
	collect_free(c);
	free(slugs);
	free(loaded);
	return rc;
}

static struct status_look choose_look(bool colour)
{
	struct status_look look = {.width = WIDTH, .colour = colour};
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return look;
	setlocale(LC_CTYPE, "");
	look.unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
		look.width = size.ws_col;
	if (look.width < WIDTH_LEAST)
		look.width = WIDTH_LEAST;
	if (look.width > WIDTH_MOST)
		look.width = WIDTH_MOST;
	return look;
}

static int print(struct status *st, const struct command *cmd)
{
	struct output output = output_choose(cmd->format);
	struct status_look look = choose_look(output.colour);
	struct buf b;
	int rc = EXIT_GOOD;

	buf_init(&b, SCREEN_MAX);
	status_sort(st);
	if (output.text)
		status_text(st, &look, &b);
	for (size_t i = 0; !output.text && i < st->n; i++)
		status_json(&st->servers[i], st->now, &b);
	for (size_t i = 0; !output.text && i < st->n_spools; i++)
		spool_record_write(&b, &st->spools[i]);
	if (line_print(b.p, b.len))
		rc = EXIT_ENV;
	else if (st->n == 1 &&
		status_state(st->servers, st->now) == STATUS_RED)
		rc = EXIT_NEWS;
	buf_release(&b);
	return rc;
}

static int show_fleet(const struct setup *setup, const struct command *cmd,
	const struct fleet *fleet)
{
	const struct conf *c = setup->conf;
	struct status st = {.now = clock_wall(),
		.n = fleet->n,
		.left_out = c ? c->left_out : NULL,
		.n_left_out = c ? c->n_left_out : 0};
	struct status_fleet whole = {0};
	int rc = status_fleet_read(&whole, setup->store, c);

	st.servers = xcalloc(st.n, sizeof *st.servers);
	for (size_t i = 0; i < st.n && !rc; i += GROUP)
		rc = read_group(setup->store, fleet, i, &st.servers[i], st.now,
			&whole.isolated);
	if (rc) {
		rc = EXIT_ENV;
	} else {
		status_fleet_show(&whole, &st);
		rc = print(&st, cmd);
	}
	status_fleet_release(&whole);
	for (size_t i = 0; i < st.n; i++) {
		free(st.servers[i].regions);
		free(st.servers[i].tools_differ);
	}
	free(st.servers);
	return rc;
}

int status_show(const struct command *cmd)
{
	struct setup s;
	struct fleet fleet;
	int rc = setup_open_fleet(&s, cmd, cmd->slug, &fleet);

	if (!rc)
		rc = show_fleet(&s, cmd, &fleet);
	fleet_release(&fleet);
	setup_close(&s);
	return rc;
}
