/*
 * state_read.c: what is read was written by us, and yet comes from a store that
 * others can write to: every member is checked, and the first one that is wrong
 * is remembered, like the error of a buf.
 */
#include "state.h"

#include "json.h"
#include "xalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EPOCH_MAX 100000000000LL
#define COUNT_MAX 1000000000LL

static const struct json_limits limits = {16, 1000000, true};

/* The object that is being read, and the first member that was wrong. */
struct in {
	const cJSON *o;
	const char *bad;
};

static void wrong(struct in *in, const char *key)
{
	if (!in->bad)
		in->bad = key;
}

static int64_t get_int(struct in *in, const char *key, int64_t min, int64_t max)
{
	double v = 0;

	if (json_num(in->o, key, &v) && v == floor(v) && v >= (double)min &&
		v <= (double)max)
		return (int64_t)v;
	wrong(in, key);
	return min;
}

static int64_t get_epoch(struct in *in, const char *key)
{
	return get_int(in, key, 0, EPOCH_MAX);
}

static int get_count(struct in *in, const char *key)
{
	return (int)get_int(in, key, 0, COUNT_MAX);
}

static double get_time(struct in *in, const char *key)
{
	double v = 0;

	if (json_num(in->o, key, &v) && v >= 0 && v <= (double)EPOCH_MAX)
		return v;
	wrong(in, key);
	return 0;
}

static bool get_bool(struct in *in, const char *key)
{
	bool v = false;

	if (!json_bool(in->o, key, &v))
		wrong(in, key);
	return v;
}

/* "" where there is none, so that nobody has to look for NULL. */
static const char *get_str(struct in *in, const char *key)
{
	const char *s = json_str(in->o, key);

	if (!s)
		wrong(in, key);
	return s ? s : "";
}

static char *get_optional(struct in *in, const char *key)
{
	return json_has_null(in->o, key) ? NULL : xstrdup(get_str(in, key));
}

static const cJSON *get_array(struct in *in, const char *key)
{
	const cJSON *v = json_get(in->o, key);

	if (!cJSON_IsArray(v))
		wrong(in, key);
	return cJSON_IsArray(v) ? v->child : NULL;
}

static void get_strings(struct in *in, const char *key, bool (*valid)(const
	char *), struct strings *out)
{
	for (const cJSON *e = get_array(in, key); e; e = e->next) {
		if (!cJSON_IsString(e) || (valid && !valid(e->valuestring)))
			wrong(in, key);
		else
			strings_note(out, e->valuestring);
	}
}

static struct tally get_tally(struct in *in, const char *key)
{
	struct in t = {.o = json_get(in->o, key)};
	struct tally out;

	out.n = get_count(&t, "n");
	out.since = get_epoch(&t, "since");
	out.counted = get_epoch(&t, "counted");
	if (t.bad)
		wrong(in, key);
	return out;
}

static void read_regions(struct in *in, struct alert_state *st)
{
	for (const cJSON *e = get_array(in, "regions"); e; e = e->next) {
		struct in one = {.o = e};
		const char *name = get_str(&one, "region");
		struct tally failing = get_tally(&one, "failing");
		struct tally throttled = get_tally(&one, "throttled");

		if (one.bad || !region_valid(name)) {
			wrong(in, "regions");
			continue;
		}
		*state_region(st, name) = (struct region_tally) {
			.name = state_region(st, name)->name,
			.failing = failing,
			.throttled = throttled,
		};
	}
}

static void read_names(struct in *in, struct incident *inc)
{
	if (!severity_parse(get_str(in, "severity"), &inc->severity)) {
		wrong(in, "severity");
		inc->severity = SEVERITY_P1;
	}
	if (!tier_parse(get_str(in, "tier"), &inc->tier))
		wrong(in, "tier");
	if (!json_has_null(in->o, "step") &&
		!step_parse(get_str(in, "step"), &inc->step))
		wrong(in, "step");
	if (!json_has_null(in->o, "layer") &&
		!failure_layer_parse(get_str(in, "layer"), &inc->layer))
		wrong(in, "layer");
}

static void read_incident(struct in *in, struct incident *inc)
{
	inc->open = true;
	inc->folded = get_bool(in, "folded");
	read_names(in, inc);
	inc->first = get_epoch(in, "first");
	inc->opened_at = get_epoch(in, "opened_at");
	inc->reminded_at = get_epoch(in, "reminded_at");
	inc->failed = get_epoch(in, "failed");
	inc->passed = get_epoch(in, "passed");
	inc->passed_since = get_epoch(in, "passed_since");
	inc->passes = get_count(in, "passes");
	inc->probe_count = get_count(in, "probe_count");
	inc->expected = get_count(in, "expected");
	inc->error = get_optional(in, "error");
	get_strings(in, "regions", region_valid, &inc->regions);
	get_strings(in, "reached", region_valid, &inc->reached);
	get_strings(in, "told", NULL, &inc->told);
	if (!duty_read(in->o, inc))
		wrong(in, "ack or climb");
}

static void read_incidents(struct in *in, struct alert_state *st)
{
	for (const cJSON *e = get_array(in, "incidents"); e; e = e->next) {
		struct in one = {.o = e};
		enum alert_kind kind;

		if (!alert_kind_parse(get_str(&one, "kind"), &kind) ||
			kind >= ALERT_KINDS || st->incidents[kind].open) {
			wrong(in, "incidents");
			continue;
		}
		read_incident(&one, &st->incidents[kind]);
		if (one.bad)
			wrong(in, one.bad);
	}
}

/* A state of before this was told of has none. */
static void read_expiries(struct in *in, struct alert_state *st)
{
	if (!json_get(in->o, "expiries"))
		return;
	for (const cJSON *e = get_array(in, "expiries"); e; e = e->next) {
		struct in one = {.o = e};
		struct expiry_told t = {
			.expires_at = get_int(&one, "expires_at", 0,
				EXPIRY_NEVER),
			.within = get_int(&one, "within", 0, COUNT_MAX),
		};

		if (!expiry_what_parse(get_str(&one, "what"), &t.what) ||
			one.bad || st->n_expiries == EXPIRIES_MAX)
			wrong(in, "expiries");
		else
			st->expiries[st->n_expiries++] = t;
	}
}

static void read_deliveries(struct in *in, struct pending *p)
{
	size_t cap = 0;

	for (const cJSON *e = get_array(in, "deliveries"); e; e = e->next) {
		struct in one = {.o = e};

		p->deliveries = xgrow(p->deliveries, &cap, p->n_deliveries + 1,
			sizeof *p->deliveries);
		p->deliveries[p->n_deliveries++] = (struct delivery) {
			.route = xstrdup(get_str(&one, "route")),
			.attempts = get_count(&one, "attempts"),
			.next_try = get_time(&one, "next_try"),
			.holder = get_optional(&one, "holder"),
		};
		if (!delivery_read(e, &p->deliveries[p->n_deliveries - 1]))
			wrong(&one, "digest");
		if (one.bad)
			wrong(in, one.bad);
	}
}

static void read_outbox(struct in *in, struct alert_state *st)
{
	for (const cJSON *e = get_array(in, "outbox"); e; e = e->next) {
		struct in one = {.o = e};
		struct pending *p;

		st->outbox = xgrow(st->outbox, &st->cap_outbox,
			st->n_outbox + 1, sizeof *st->outbox);
		p = &st->outbox[st->n_outbox++];
		*p = (struct pending) {
			.number = (unsigned long)get_int(&one, "number", 0,
				1LL << 53),
			.key = xstrdup(get_str(&one, "key")),
			.event = xstrdup(get_str(&one, "event")),
			.body = xstrdup(get_str(&one, "body")),
			.created = get_time(&one, "created"),
		};
		read_deliveries(&one, p);
		if (one.bad)
			wrong(in, one.bad);
	}
}

static void read_timeline(struct in *in, struct alert_state *st)
{
	for (const cJSON *e = get_array(in, "timeline"); e; e = e->next) {
		struct in one = {.o = e};
		double at = get_time(&one, "at");

		state_note(st, at, get_str(&one, "what"),
			get_str(&one, "text"));
		if (one.bad)
			wrong(in, "timeline");
	}
}

static void read_state(struct in *in, struct alert_state *st)
{
	if (get_int(in, "v", 0, COUNT_MAX) != STATE_VERSION)
		wrong(in, "v");
	st->revision = get_int(in, "revision", 0, 1LL << 53);
	st->writer = get_optional(in, "writer");
	if (strcmp(get_str(in, "slug"), st->slug) != 0)
		wrong(in, "slug");
	st->url = get_optional(in, "url");
	st->window = get_epoch(in, "window");
	st->number = (unsigned long)get_int(in, "number", 0, 1LL << 53);
	read_regions(in, st);
	read_incidents(in, st);
	read_expiries(in, st);
	read_outbox(in, st);
	read_timeline(in, st);
}

bool state_read(const char *p, size_t n, const char *slug,
	struct alert_state *st, char *why)
{
	struct in in = {NULL, NULL};
	cJSON *doc = json_parse(p, n, &limits, why);

	state_init(st, slug);
	if (!doc)
		return false;
	in.o = doc;
	read_state(&in, st);
	cJSON_Delete(doc);
	if (!in.bad)
		return true;
	snprintf(why, STATE_WHY, "%s: missing or wrong", in.bad);
	state_release(st);
	state_init(st, slug);
	return false;
}
