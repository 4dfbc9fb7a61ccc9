/* SPDX-License-Identifier: MIT */
#include "data/view.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "json/json_pull.h"
#include "records/probe.h"
#include "terms/names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct view unknown = {
	.uptime_30d = NAN,
	.p95_ms = NAN,
	.last_probe_s = NAN,
	.last_success_s = NAN,
};

static int refuse_verdict(struct view *v, char *why, const char *what)
{
	snprintf(why, VIEW_WHY, "%s", what);
	view_release(v);
	return -1;
}

/* A number in a range, or NAN. */
static double within(double v, double max)
{
	return v >= 0 && v <= max ? v : NAN;
}

/* Add a region, or set the place of the one that was added; NULL: it is none. */
static struct view_region *add_region(struct view *v, size_t *cap,
	const char *name, enum place place, double since, double p95_ms)
{
	struct view_region *r;

	if (!region_valid(name))
		return NULL;
	for (size_t i = 0; i < v->n_regions; i++) {
		if (strcmp(v->regions[i].name, name) == 0) {
			v->regions[i].place = place;
			return &v->regions[i];
		}
	}
	v->regions = xgrow(v->regions, cap, v->n_regions + 1,
		sizeof *v->regions);
	r = &v->regions[v->n_regions++];
	memcpy(r->name, name, strlen(name) + 1);
	r->place = place;
	r->since = within(since, NUM_EPOCH_MAX);
	r->p95_ms = round(within(p95_ms, 1e9));
	r->refused = false;
	return r;
}

/* The members of a verdict, until all of it is read and can be understood. */
struct text {
	double version, window, published, probed, succeeded, uptime_30d, p95_ms;
	bool coloured;
	size_t cap;	     /* of the regions of the view */
	struct pull no_data; /* at its value; s.p NULL: none */
};

/* A server that asks for a credential works; one that limits our rate answers. */
static void read_region(struct pull *j, struct view *v, size_t *cap)
{
	char name[REGION_MAX + 1] = "", word[16] = "", at[24] = "", error[80] = "";
	double since = NAN, p95_ms = NAN;
	struct view_region *r;
	enum region_state state;
	enum step step;
	const char *key;

	if (!pull_object(j))
		return;
	while (pull_key(j, &key)) {
		if (pull_is(key, "region"))
			pull_string(j, name, sizeof name);
		else if (pull_is(key, "state"))
			pull_string(j, word, sizeof word);
		else if (pull_is(key, "failed_step"))
			pull_string(j, at, sizeof at);
		else if (pull_is(key, "error"))
			pull_string(j, error, sizeof error);
		else if (pull_is(key, "since"))
			since = pull_number(j);
		else if (pull_is(key, "p95_ms"))
			p95_ms = pull_number(j);
		else
			pull_skip(j);
	}
	if (!region_state_parse(word, &state))
		return;
	if (!step_parse(at, &step))
		step = STEP_NONE;
	r = add_region(v, cap, name,
		state != STATE_BROKEN		       ? PLACE_WORKING
			: failure_throttled(step, error) ? PLACE_UNCHECKED
							 : PLACE_NOT_WORKING,
		since, p95_ms);
	if (r)
		r->refused = state == STATE_BROKEN &&
			failure_refused(step, error);
}

/* If our credential is at fault, nobody knows whether it works from there. */
static void set_refused(struct view *v)
{
	for (size_t i = 0; i < v->n_regions; i++)
		if (v->regions[i].refused && v->checks == CHECKS_REFUSED)
			v->regions[i].place = PLACE_UNCHECKED;
}

/* They count as such wherever they stand, so they are read last. */
static void read_no_data(struct text *t, struct view *v)
{
	char name[REGION_MAX + 1];

	if (t->no_data.s.p && pull_array(&t->no_data))
		while (pull_item(&t->no_data))
			if (pull_string(&t->no_data, name, sizeof name))
				add_region(v, &t->cap, name, PLACE_NO_DATA, NAN,
					NAN);
}

static void read_colour(struct pull *j, struct text *t, struct view *v)
{
	char word[16];

	t->coloured = pull_string(j, word, sizeof word) &&
		      verdict_colour_parse(word, &v->verdict) &&
		      v->verdict != VERDICT_UNKNOWN;
}

static void read_step(struct pull *j, struct view *v)
{
	char word[24];
	enum step step;

	v->tools_differ = pull_string(j, word, sizeof word) &&
			  step_parse(word, &step) && step == STEP_TOOL_HASH;
}

static void read_checks(struct pull *j, struct view *v)
{
	char word[16];

	if (!pull_string(j, word, sizeof word) ||
		!checks_parse(word, &v->checks))
		v->checks = CHECKS_FREE;
}

/* There are such tools; which ones, no page says. */
static bool read_unapproved(struct pull *j)
{
	const char *key;

	if (!pull_object(j))
		return false;
	while (pull_key(j, &key))
		pull_skip(j);
	return true;
}

static void read_list(struct pull *j, struct text *t, struct view *v)
{
	if (pull_array(j))
		while (pull_item(j))
			read_region(j, v, &t->cap);
}

/*
 * Whether the text is JSON, and then what it says is in *t. The regions are
 * passed over where they are not wanted.
 */
static bool read_text(
	const char *json, bool regions, struct text *t, struct view *v)
{
	static const char *const names[] = {"v", "window", "published_at",
		"last_probe_at", "last_success_at", "uptime_30d", "p95_ms",
		"verdict", "regions", "no_data", "step", "checks", "pinned",
		"unapproved", NULL};
	double *const numbers[] = {&t->version, &t->window, &t->published,
		&t->probed, &t->succeeded, &t->uptime_30d, &t->p95_ms};
	enum { SUCCEEDED = 4, NUMBERS = sizeof numbers / sizeof *numbers };
	struct pull j = pull_begin(json, strlen(json));
	unsigned seen = 0;
	bool pinned;
	int i;

	*t = (struct text) {.version = NAN,
		.window = NAN,
		.published = NAN,
		.probed = NAN,
		.succeeded = NAN,
		.uptime_30d = NAN,
		.p95_ms = NAN};
	if (!pull_object(&j))
		return pull_end(&j);
	while ((i = pull_which(&j, names, &seen)) >= 0) {
		if (i < NUMBERS) {
			*numbers[i] = pull_number(&j);
		} else if (i == NUMBERS) {
			read_colour(&j, t, v);
		} else if (i == NUMBERS + 1) {
			if (regions)
				read_list(&j, t, v);
			else
				pull_pass(&j);
		} else if (i == NUMBERS + 3) {
			read_step(&j, v);
		} else if (i == NUMBERS + 4) {
			read_checks(&j, v);
		} else if (i == NUMBERS + 5) {
			v->pinned = pull_bool(&j, &pinned) && pinned;
		} else if (i == NUMBERS + 6) {
			v->unapproved = read_unapproved(&j);
		} else {
			if (i == NUMBERS + 2 && regions)
				t->no_data = j;
			pull_skip(&j);
		}
	}
	/* An older mcp-aggregate does not say. */
	if (!(seen & 1u << SUCCEEDED))
		t->succeeded = t->probed;
	return pull_end(&j);
}

static void put_etag(struct view *v)
{
	static const char before[] = "\"v1-";
	size_t n = strlen(v->as_of_text);
	char *p = v->etag;

	memcpy(p, before, sizeof before - 1);
	p += sizeof before - 1;
	memcpy(p, v->as_of_text, n);
	memcpy(p + n, "\"", 2);
}

/*
 * Everything that depends on the clock. A verdict from beyond the tolerance in
 * the future is as useless as an old one: one of the two clocks is wrong.
 */
static void read_clock(const struct text *t, double now, struct view *v)
{
	double published = within(t->published, NUM_EPOCH_MAX);
	double probed = within(t->probed, NUM_EPOCH_MAX);
	double succeeded = within(t->succeeded, NUM_EPOCH_MAX);
	double age = now - (double)v->as_of;
	int late = 0;

	v->freshness = fabs(age) > VIEW_STALE_S ? VIEW_STALE : VIEW_FRESH;
	clock_rfc3339(v->as_of, v->as_of_text);
	put_etag(v);
	if (v->freshness == VIEW_FRESH && age >= VIEW_LATE_S) {
		late = (int)floor(age / 60);
		snprintf(v->etag, sizeof v->etag, "\"v1-%s-stale%dm\"",
			v->as_of_text, late);
		published = (double)v->as_of + 60 * late;
	}
	if (!isnan(published) && !isnan(probed)) {
		v->last_probe_s = fmax(0, floor(published - probed));
		phrase_age(v->last_probe_s, false, v->last_probe_ago);
	}
	if (!isnan(published) && !isnan(succeeded))
		v->last_success_s = fmax(0, floor(published - succeeded));
}

int view_read(const char *json, bool regions, double now, struct view *v,
	char *why)
{
	struct text t;

	*v = unknown;
	if (!json)
		return 0;
	if (!read_text(json, regions, &t, v))
		return refuse_verdict(v, why, "not JSON, or a key repeats");
	if (!isnan(t.version) && t.version != RECORD_VERSION)
		return refuse_verdict(
			v, why, "v: a version that is not known here");
	t.window = within(t.window, NUM_EPOCH_MAX);
	if (isnan(t.window))
		return refuse_verdict(
			v, why, "window: missing or not an instant");
	if (!t.coloured)
		return refuse_verdict(
			v, why, "verdict: not green, amber or red");
	v->as_of = (int64_t)t.window;
	v->uptime_30d = within(t.uptime_30d, 100);
	v->p95_ms = round(within(t.p95_ms, 1e9));
	set_refused(v);
	read_no_data(&t, v);
	read_clock(&t, now, v);
	return 0;
}

void view_release(struct view *v)
{
	free(v->regions);
	*v = unknown;
}

const struct view_region *view_region(const struct view *v, const char *region)
{
	for (size_t i = 0; i < v->n_regions; i++)
		if (strcmp(v->regions[i].name, region) == 0)
			return &v->regions[i];
	return NULL;
}

enum place view_place(const struct view *v, const char *region)
{
	const struct view_region *r = view_region(v, region);

	return r && v->freshness == VIEW_FRESH ? r->place : PLACE_NO_DATA;
}

const char *view_state(const struct view *v)
{
	static const char *const states[] = {
		[VERDICT_GREEN] = "up",
		[VERDICT_AMBER] = "degraded",
		[VERDICT_RED] = "down",
	};

	return v->freshness == VIEW_FRESH ? states[v->verdict] : NULL;
}

void view_put_fields(struct buf *b, const struct view *v)
{
	bool fresh = v->freshness == VIEW_FRESH;

	json_fmt(b,
		"'state':%s,'uptime_30d':%g,'p95_ms':%g,'last_probe_ago':%s,"
		"'as_of':%s",
		json_or_null(fresh, view_state(v)), fresh ? v->uptime_30d : NAN,
		fresh ? v->p95_ms : NAN,
		json_or_null(fresh && *v->last_probe_ago, v->last_probe_ago),
		json_or_null(*v->as_of_text, v->as_of_text));
	if (fresh && v->checks)
		json_fmt(b, ",'checks':%s", checks_name(v->checks));
}

void view_put_json(struct buf *b, const struct view *v, bool maintenance)
{
	buf_char(b, '{');
	view_put_fields(b, v);
	if (maintenance)
		json_fmt(b, ",'maintenance':true");
	json_fmt(b, "}\n");
}

static void read_side(const cJSON *o, struct tool_split_side *side)
{
	const cJSON *r;
	double t;

	if (json_num(o, "first_seen", &t) && t > 0 && t <= NUM_EPOCH_MAX)
		side->first_seen = (int64_t)t;
	side->regions = xcalloc(TOOL_SPLIT_REGIONS, sizeof *side->regions);
	cJSON_ArrayForEach(r, json_get(o, "regions"))
	{
		const char *name = cJSON_GetStringValue(r);

		if (name && region_valid(name) &&
			side->n_regions < TOOL_SPLIT_REGIONS)
			snprintf(side->regions[side->n_regions++],
				sizeof *side->regions, "%s", name);
	}
}

void tool_split_read(const char *json, struct tool_split *s)
{
	char why[JSON_WHY];
	const cJSON *o;
	cJSON *doc;

	*s = (struct tool_split) {0};
	/* A tree is only made of a verdict that has sides at all. */
	doc = json && strstr(json, "\"sides\":[{") ? json_parse(json, strlen(json), &json_record, why) : NULL;
	cJSON_ArrayForEach(o, json_get(doc, "sides"))
	{
		if (s->n == TOOL_SPLIT_SIDES)
			break;
		read_side(o, &s->v[s->n++]);
	}
	if (s->n < 2)
		tool_split_release(s);
	cJSON_Delete(doc);
}

void tool_split_release(struct tool_split *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].regions);
	*s = (struct tool_split) {0};
}
