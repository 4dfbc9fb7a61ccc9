/* SPDX-License-Identifier: MIT */
/*
 * status.c: what the store knows of a fleet, for status_screen.c. Servers are read in
 * groups; the screen's part of each is copied, so that a group's probes need not be
 * kept.
 */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/num.h"
#include "base/strings.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "commands/status_screen.h"
#include "conf/conf.h"
#include "histories/collect.h"
#include "judge/fleet.h"
#include "judge/isolation_store.h"
#include "options.h"
#include "records/probe.h"
#include "records/spool.h"
#include "rule/drift.h"
#include "rule/failure_run.h"
#include "rule/verdict.h"
#include "store/beat.h"
#include "store/keys.h"
#include "store/load.h"
#include "store/retention.h"
#include "store/store.h"
#include "words/words.h"

#include <langinfo.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* ---- The fleet itself, its stages, runners, undelivered events and spools. */

struct status_fleet {
	double stages[STAGES];
	double jumped_at, jumped_to; /* of struct status */
	struct status_runner *runners;
	size_t n_runners;
	struct isolated_regions isolated;
	char **undelivered;
	size_t n_undelivered;
	struct spool_record *spools;
	size_t n_spools;
};

static void read_runner(
	struct status_runner *out, const char *text, struct collect *c)
{
	struct record r;
	char why[RECORD_WHY];

	out->offset_min = out->offset_max = NAN;
	if (!text)
		return;
	if (record_read(text, strlen(text), &r, why)) {
		log_warn(
			"store: the runner record of %s: %s", out->region, why);
		return;
	}
	if (r.type == RECORD_RUNNER) {
		out->known = true;
		out->at = r.u.runner.at;
		out->status = r.u.runner.status;
		if (r.u.runner.message)
			text_clean(r.u.runner.message,
				strlen(r.u.runner.message), out->message,
				sizeof out->message, sizeof out->message / 4);
		if (r.u.runner.measured) {
			out->offset_min = r.u.runner.offset_min;
			out->offset_max = r.u.runner.offset_max;
		}
		if (collect_add(c, &r, why))
			log_warn("store: the runner record of %s: %s",
				out->region, why);
	}
	record_release(&r);
}

/* A runner that is cut off may itself report that all is well. */
static void note_isolated(const struct status_fleet *f,
	struct status_runner *out)
{
	const struct isolated_region *r = isolated_regions_find(
		&f->isolated, out->region);

	if (!r)
		return;
	if (!out->known)
		out->at = r->since;
	out->known = true;
	out->status = RUNNER_ISOLATED;
	snprintf(out->message, sizeof out->message, "%s", r->message);
}

static int by_region(const void *a, const void *b)
{
	const struct status_runner *x = a, *y = b;

	return strcmp(x->region, y->region);
}

/* Each runner but the first on a machine names the first. */
static void find_machines(struct status_fleet *f, struct collect *c)
{
	collect_finish(c);
	for (size_t i = 0; i < f->n_runners; i++) {
		struct status_runner *out = &f->runners[i];
		const char *first =
			collect_machine(c, out->region, &out->machine_by);

		if (first && strcmp(first, out->region) != 0)
			snprintf(
				out->machine, sizeof out->machine, "%s", first);
	}
	collect_free(c);
}

static void read_runners(struct status_fleet *f, const struct store_reply *r,
	const struct conf *conf)
{
	size_t n = conf ? conf->n_regions : store_count(r) / 2;
	struct collect *c = collect_new();

	f->runners = xcalloc(n, sizeof *f->runners);
	for (size_t i = 0; i < n; i++) {
		const char *name = conf ? conf->regions[i].name
					: store_text(store_item(r, 2 * i));
		struct status_runner *out = &f->runners[f->n_runners];

		if (!name || !region_valid(name))
			continue;
		snprintf(out->region, sizeof out->region, "%s", name);
		read_runner(out, store_value(r, name), c);
		note_isolated(f, out);
		f->n_runners++;
	}
	if (!conf && f->n_runners)
		qsort(f->runners, f->n_runners, sizeof *f->runners, by_region);
	find_machines(f, c);
}

static void read_undelivered(
	struct status_fleet *f, const struct store_reply *r)
{
	f->undelivered = xcalloc(store_count(r), sizeof *f->undelivered);
	for (size_t i = 0; i < store_count(r); i++) {
		const char *slug = store_text(store_item(r, i));

		if (slug && (slug_valid(slug) || slug_shared(slug) ||
				    strcmp(slug, SLUG_FLEET) == 0))
			f->undelivered[f->n_undelivered++] = xstrdup(slug);
	}
	if (f->n_undelivered)
		qsort(f->undelivered, f->n_undelivered, sizeof *f->undelivered,
			strings_order);
}

static bool read_spool(struct spool_record *out, const char *text)
{
	struct record r;
	char why[RECORD_WHY];
	bool good;

	if (record_read(text, strlen(text), &r, why)) {
		log_warn("store: a spool record: %s", why);
		return false;
	}
	good = r.type == RECORD_SPOOL && spool_take(r.doc, out, why);
	record_release(&r);
	return good;
}

/* The spools that keep something, if their record is not outdated. */
static void read_spools(
	struct status_fleet *f, const struct store_reply *r, double now)
{
	f->spools = xcalloc(store_count(r) / 2, sizeof *f->spools);
	for (struct store_field field = {.next = 0}; store_field(r, &field);) {
		struct spool_record *out = &f->spools[f->n_spools];

		if (read_spool(out, field.text) &&
			(out->waiting || out->set_aside) &&
			now - out->at < RETENTION_ROLLUP_S)
			f->n_spools++;
	}
}

/* text may be NULL. */
static void read_jump(struct status_fleet *f, const char *text)
{
	f->jumped_at = f->jumped_to = NAN;
	if (text &&
		sscanf(text, "%lf %lf", &f->jumped_at, &f->jumped_to) != 2)
		f->jumped_at = NAN;
}

/* The runners are those of the configuration, in its order, or without one all that
   ever left a record. */
static int status_fleet_read(
	struct status_fleet *f, struct store *s, const struct conf *conf)
{
	if (isolated_regions_read(s, &f->isolated))
		return -1;
	store_add(s, "HGETALL", KEY_HEARTBEATS, NULL);
	store_add(s, "HGETALL", KEY_RUNNERS, NULL);
	store_add(s, "SMEMBERS", KEY_UNDELIVERED, NULL);
	store_add(s, "HGETALL", KEY_SPOOLS, NULL);
	if (store_run(s)) {
		return store_failed(s);
	}
	for (int i = 0; i < STAGES; i++) {
		const char *text = store_value(store_reply(s, 0),
			stage_name((enum stage)i));

		if (!text || !num_decimal(text, &f->stages[i]))
			f->stages[i] = NAN;
	}
	read_jump(f, store_value(store_reply(s, 0), HEARTBEAT_JUMP));
	read_runners(f, store_reply(s, 1), conf);
	read_undelivered(f, store_reply(s, 2));
	read_spools(f, store_reply(s, 3), clock_wall());
	return 0;
}

static void status_fleet_release(struct status_fleet *f)
{
	for (size_t i = 0; i < f->n_undelivered; i++)
		free(f->undelivered[i]);
	isolated_regions_release(&f->isolated);
	free(f->undelivered);
	free(f->runners);
	free(f->spools);
	*f = (struct status_fleet) {0};
}

static void status_fleet_show(const struct status_fleet *f, struct status *st)
{
	for (int i = 0; i < STAGES; i++)
		st->stages[i] = f->stages[i];
	st->jumped_at = f->jumped_at;
	st->jumped_to = f->jumped_to;
	st->runners = f->runners;
	st->n_runners = f->n_runners;
	st->undelivered = f->undelivered;
	st->n_undelivered = f->n_undelivered;
	st->spools = f->spools;
	st->n_spools = f->n_spools;
}

/* ---- Its servers. */

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
	case STATE_UNFINISHED:
		break;
	}
	return DOT_BROKEN;
}

/* Judge one region by the rule, now. */
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

static char *tools_differ_text(const struct verdict *v, double now)
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
		out->tools_differ = tools_differ_text(&v, now);
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

/* The fleet while its servers are read. */
struct status_reading {
	struct status *status;
	struct store *store;
	const struct fleet *fleet;
	const struct isolated_regions *isolated;
};

static int read_group(void *arg, size_t first, const struct load_group *g)
{
	struct status_reading *r = arg;
	struct status_server *out = &r->status->servers[first];

	for (size_t i = 0; i < g->n; i++) {
		const struct fleet_server server = fleet_at(r->fleet, first + i);
		struct server *found = g->v[i].found;

		out[i].slug = g->v[i].slug;
		if (found) {
			isolated_regions_cut(r->isolated, found->regions,
				found->n_regions);
			load_seen(&g->v[i], found->regions, found->n_regions);
		}
		read_probes(&out[i], &server, found, r->status->now);
		out[i].p95_ms = g->v[i].figures.p95_ms;
	}
	return read_store(r->store, out, g->n, r->status->now);
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

static int print_status(struct status *st, const struct command *cmd)
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
	if (!rc)
		rc = fleet_each(fleet, setup->store, st.now, read_group,
			&(struct status_reading) {&st, setup->store, fleet,
				&whole.isolated});
	if (rc) {
		rc = EXIT_ENV;
	} else {
		status_fleet_show(&whole, &st);
		rc = print_status(&st, cmd);
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
	int rc;

	if (cmd->input && strcmp(cmd->input, "store") == 0)
		return status_store(cmd);
	if (cmd->input) {
		log_error("status: '%s' is not 'store'", cmd->input);
		return EXIT_USAGE;
	}
	rc = setup_open_fleet(&s, cmd, cmd->slug, &fleet);
	if (!rc)
		rc = show_fleet(&s, cmd, &fleet);
	fleet_release(&fleet);
	setup_close(&s);
	return rc;
}
