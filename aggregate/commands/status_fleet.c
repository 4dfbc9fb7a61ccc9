#include "commands/status_fleet.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "conf/conf.h"
#include "histories/collect.h"
#include "records/probe.h"
#include "store/heartbeat.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

static const char *find_field(const struct store_reply *r, const char *field)
{
	for (size_t i = 0; i + 1 < store_count(r); i += 2) {
		const char *name = store_text(store_item(r, i));

		if (name && strcmp(name, field) == 0)
			return store_text(store_item(r, i + 1));
	}
	return NULL;
}

static int by_region(const void *a, const void *b)
{
	const struct status_runner *x = a, *y = b;

	return strcmp(x->region, y->region);
}

/* Of the runners on one machine, all but the first name the first. */
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
		read_runner(out, find_field(r, name), c);
		note_isolated(f, out);
		f->n_runners++;
	}
	if (!conf && f->n_runners)
		qsort(f->runners, f->n_runners, sizeof *f->runners, by_region);
	find_machines(f, c);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
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
			by_name);
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
	for (size_t i = 1; i < store_count(r); i += 2) {
		struct spool_record *out = &f->spools[f->n_spools];
		const char *text = store_text(store_item(r, i));

		if (text && read_spool(out, text) &&
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

int status_fleet_read(
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
		const char *text = find_field(store_reply(s, 0),
			stage_name((enum stage)i));

		if (!text || !num_epoch(text, &f->stages[i]))
			f->stages[i] = NAN;
	}
	read_jump(f, find_field(store_reply(s, 0), HEARTBEAT_JUMP));
	read_runners(f, store_reply(s, 1), conf);
	read_undelivered(f, store_reply(s, 2));
	read_spools(f, store_reply(s, 3), clock_wall());
	return 0;
}

void status_fleet_release(struct status_fleet *f)
{
	for (size_t i = 0; i < f->n_undelivered; i++)
		free(f->undelivered[i]);
	isolated_regions_release(&f->isolated);
	free(f->undelivered);
	free(f->runners);
	free(f->spools);
	*f = (struct status_fleet) {0};
}

void status_fleet_show(const struct status_fleet *f, struct status *st)
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
