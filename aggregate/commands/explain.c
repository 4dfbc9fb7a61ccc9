/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "conf/conf.h"
#include "histories/collect.h"
#include "json/json.h"
#include "judge/evaluation.h"
#include "judge/fleet.h"
#include "judge/isolation_store.h"
#include "options.h"
#include "rule/drift.h"
#include "store/keys.h"
#include "store/load.h"
#include "store/store.h"
#include "words/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SCREEN_MAX (256 * 1024)
/* How far to look back where tools differ, and how many keys to read at most. */
#define DEEP_S (6 * 3600)
#define DEEP_KEYS 6000

/*
 * How far before that the records lie that a failure may stand for: one in each
 * hour keeps them.
 */
#define SAME_S 3600

/* How the message of a step begins that scripts/cloud.bash found no records of. */
#define NOT_RUN "not run: "

/* The newest probe of a region, as far as records were read. */
struct last {
	struct probe_details details;
	double at; /* when it started */
	char not_run[400]; /* why a step was not made; "" */
	char id[80];
	/* The step at which it failed, and the code, or "". */
	enum step failed_step;
	char error[100];
};

struct work {
	struct store *store;
	struct fleet_server server;
	char **regions; /* of a server that no configuration names */
	const char *const *expected;
	size_t n_expected;
	struct last *seen; /* one for each expected region */
	struct load_group latest; /* this server */
	struct isolated_regions isolated;
	const char *zone; /* that of alerts.zone; NULL: UTC */
	double now;
};

/* The expected regions; without a configuration, all that ever reported. */
static int expect_regions(struct work *w)
{
	w->expected = w->server.regions;
	w->n_expected = w->server.n_regions;
	if (w->n_expected)
		return 0;
	w->regions = load_regions(w->store, w->server.slug, &w->n_expected);
	w->expected = (const char *const *)w->regions;
	return w->regions ? 0 : store_failed(w->store);
}

static void copy(const cJSON *o, const char *key, char *out, size_t size)
{
	const char *s = json_str(o, key);

	if (s)
		text_clean(s, strlen(s), out, size, size / 4);
}

/* Append a value that a cache or an edge gave. */
static bool add_cache(
	const cJSON *detail, const char *name, struct probe_details *s)
{
	size_t n = strlen(s->cache);
	char value[160] = "";

	copy(detail, name, value, sizeof value);
	if (*value)
		snprintf(s->cache + n, sizeof s->cache - n, "%s%s %s",
			n ? ", " : "", name, value);
	return *value;
}

/* "age 3412, x_cache Hit, pop LHR" */
static void note_cache(const cJSON *detail, struct probe_details *s)
{
	char age[40] = "";

	s->cache[0] = '\0';
	for (int i = 0; i < CACHE_SIGNS; i++)
		if (add_cache(detail, cache_sign_name((enum cache_sign)i), s))
			s->cached = true;
	/* Some edges name their POP in a sign of a cache already. */
	if (!json_get(detail, cache_sign_name(CACHE_SIGN_X_SERVED_BY)))
		add_cache(detail, "pop", s);
	copy(detail, cache_sign_name(CACHE_SIGN_AGE), age, sizeof age);
	s->age_s = strtod(age, NULL);
}

/* Several steps may say the same of clients. */
static void note_clients(const cJSON *detail, struct probe_details *s)
{
	size_t n = strlen(s->clients);
	char text[sizeof s->clients] = "";

	copy(detail, "clients", text, sizeof text);
	if (*text && !strstr(s->clients, text))
		snprintf(s->clients + n, sizeof s->clients - n, "%s%s",
			n ? "; " : "", text);
}

/* Note a step, if its probe is the newest of its region so far. */
static void note(void *arg, const struct record *r)
{
	struct work *w = arg;
	const struct step_record *step = &r->u.step;
	const cJSON *detail = json_get(r->doc, "detail");
	const struct probe_key *k = &step->key;

	for (size_t i = 0; r->type == RECORD_STEP && i < w->n_expected; i++) {
		struct last *s = &w->seen[i];

		if (strcmp(w->expected[i], k->region) != 0 ||
			k->started_at < s->at ||
			k->started_at > w->now + w->server.rule.ahead_s)
			continue;
		if (strcmp(s->id, k->probe_id) != 0)
			memset(s, 0, sizeof *s);
		s->details.region = w->expected[i];
		s->at = k->started_at;
		snprintf(s->id, sizeof s->id, "%s", k->probe_id);
		copy(detail, "address", s->details.address,
			sizeof s->details.address);
		note_clients(detail, &s->details);
		if (step->step == STEP_TOOLS_LIST ||
			step->status == STATUS_FAIL)
			note_cache(detail, &s->details);
		if (step->status == STATUS_SKIP && !*s->not_run &&
			strncmp(step->message ? step->message : "", NOT_RUN,
				sizeof NOT_RUN - 1) == 0)
			copy(r->doc, "message", s->not_run, sizeof s->not_run);
		if (step->status != STATUS_FAIL)
			continue;
		copy(r->doc, "message", s->details.message,
			sizeof s->details.message);
		s->failed_step = step->step;
		snprintf(s->error, sizeof s->error, "%s",
			step->error ? step->error : "");
	}
}

/*
 * Read the probes that the store keeps whole, and the last 16 of each region.
 */
static int read_store(struct work *w, double back)
{
	struct server *found;

	load_group_release(&w->latest);
	if (load_minutes(w->store, &w->latest,
		    &(struct load_span) {.slug = w->server.slug,
			    .regions = w->expected,
			    .n_regions = w->n_expected,
			    .first = clock_window(w->now - back),
			    .last = clock_window(
				    w->now + w->server.rule.ahead_s),
			    .before = SAME_S,
			    .saw = note,
			    .arg = w},
		    w->now))
		return -1;
	found = w->latest.v->found;
	if (found)
		isolated_regions_cut(
			&w->isolated, found->regions, found->n_regions);
	return 0;
}

/*
 * Replay the verdicts since `from`, to find out since when a region sees its
 * tools; what the store knows of that counts instead, where it is not of later.
 */
static void replay_seen(struct work *w, double from)
{
	struct loaded *l = w->latest.v;
	size_t kept = 0;

	if (!l->found)
		return;
	for (size_t i = 0; i < l->found->n_regions; i++)
		for (double t = from; t < w->now; t += 60)
			drift_saw(&l->found->regions[i], t);
	for (size_t i = 0; i < l->n_seen; i++)
		if (l->seen[i].since > 0 && l->seen[i].since <= w->now)
			l->seen[kept++] = l->seen[i];
	l->n_seen = kept;
	load_seen(l, l->found->regions, l->found->n_regions);
}

static struct verdict_input input(const struct work *w)
{
	const struct loaded *l = w->latest.v;
	struct verdict_input in = {.slug = w->server.slug,
		.url = w->server.url,
		.now = w->now,
		.expected = w->expected,
		.n_expected = w->n_expected,
		.worked_at = l->last_healthy,
		.churn_since = l->churn_since};

	if (l->found) {
		in.regions = l->found->regions;
		in.n_regions = l->found->n_regions;
		if (!in.url)
			in.url = l->found->url;
	}
	return in;
}

/*
 * Read as far back as a run may go, see rule/failure_run.h; further, where
 * tools differ.
 */
static int load_history(struct work *w)
{
	double back = fmax(w->server.rule.lookback_s * 2, HISTORY_MAX * 60);
	double deep = 60.0 * DEEP_KEYS / (double)(w->n_expected + 1);
	struct verdict_input in;
	struct verdict v;
	bool differ;

	if (read_store(w, back))
		return -1;
	in = input(w);
	v = verdict_decide(&w->server.rule, &in);
	differ = v.divergence;
	verdict_release(&v);
	if (!differ)
		return 0;
	deep = fmax(back, fmin(deep, DEEP_S));
	if (read_store(w, deep))
		return -1;
	replay_seen(w, w->now - deep);
	return 0;
}

/* Read as which colour the minute is counted. */
static int read_counted(struct work *w, enum verdict_colour *out)
{
	int64_t window = clock_window(w->now);
	char key[KEY_MAX];

	store_add(w->store, "GET",
		key_counted(key, w->server.slug, window / 86400), NULL);
	if (store_run(w->store))
		return store_failed(w->store);
	if (!minute_counted(store_reply(w->store, 0),
		    (int)(window % 86400 / 60), out))
		*out = VERDICT_UNKNOWN;
	return 0;
}

/* See explanation.unfinished. */
static const char *unfinished_message(
	const void *arg, const char *region, double since, double *at)
{
	const struct work *w = arg;

	for (size_t i = 0; i < w->n_expected; i++) {
		const struct last *s = &w->seen[i];

		if (strcmp(w->expected[i], region) != 0 || !(s->at > since) ||
			!*s->not_run)
			continue;
		*at = s->at;
		return s->not_run;
	}
	return NULL;
}

/* See explanation.isolated. */
static const char *isolated_message(const void *arg, const char *region)
{
	const struct work *w = arg;
	const struct isolated_region *r =
		isolated_regions_find(&w->isolated, region);

	return r ? r->message : NULL;
}

/*
 * The details of the newest probe of a region, of which the verdict says r; or
 * those of the last that has records, if it failed in the same way: others say
 * nothing of the newest one. False where there are none.
 */
static bool details_of(const struct last *s, const struct verdict_region *r,
	struct probe_details *out)
{
	if (!s->details.region || strcmp(r->region, s->details.region) != 0)
		return false;
	*out = s->details;
	if (!(r->started_at > s->at))
		return true;
	out->at = s->at;
	return r->failed_step && r->failed_step == s->failed_step &&
		strcmp(r->error ? r->error : "", s->error) == 0;
}

static int explain_verdict(struct work *w)
{
	struct verdict_input in = input(w);
	struct probe_details *details = xcalloc(w->n_expected, sizeof *details);
	struct explanation e = {.rule = &w->server.rule,
		.zone = w->zone,
		.in = &in,
		.isolated = isolated_message,
		.unfinished = unfinished_message,
		.arg = w,
		.details = details};
	struct verdict v;
	struct buf b;
	int rc;

	if (read_counted(w, &e.counted)) {
		free(details);
		return EXIT_ENV;
	}
	v = verdict_decide(&w->server.rule, &in);
	for (size_t i = 0; i < w->n_expected; i++)
		for (size_t k = 0; k < v.n_regions; k++)
			if (details_of(&w->seen[i], &v.regions[k],
				    &details[e.n_details]))
				e.n_details++;
	e.verdict = &v;
	buf_init(&b, SCREEN_MAX);
	explain(&e, &b);
	if (line_print(b.p, b.len))
		rc = EXIT_ENV;
	else
		rc = v.verdict == VERDICT_RED ? EXIT_NEWS : EXIT_GOOD;
	buf_release(&b);
	verdict_release(&v);
	free(details);
	return rc;
}

static int explain_server(struct work *w)
{
	int rc;

	if (expect_regions(w) || isolated_regions_read(w->store, &w->isolated))
		return EXIT_ENV;
	w->seen = xcalloc(w->n_expected, sizeof *w->seen);
	rc = load_history(w) ? EXIT_ENV : explain_verdict(w);
	load_group_release(&w->latest);
	isolated_regions_release(&w->isolated);
	free(w->seen);
	load_regions_free(w->regions);
	return rc;
}

int explain_show(const struct command *cmd)
{
	struct work w = {.now = isnan(cmd->now) ? clock_wall() : cmd->now};
	struct setup s;
	struct fleet fleet;
	int rc = setup_open_fleet(&s, cmd, cmd->slug, &fleet);

	w.store = s.store;
	w.zone = s.conf ? s.conf->zone : NULL;
	if (!rc) {
		w.server = fleet_at(&fleet, 0);
		rc = explain_server(&w);
	}
	fleet_release(&fleet);
	setup_close(&s);
	return rc;
}
