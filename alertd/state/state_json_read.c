/*
 * state_json_read.c: what is read was written by us, and yet comes from a store that
 * others can write to: every member is checked, and the first one that is wrong
 * is remembered, like the error of a buf.
 */
#include "incident/state.h"

#include "base/xalloc.h"
#include "json/json.h"
#include "state/fields.h"
#include "state/state_json_tools.h"

#include <stdlib.h>
#include <string.h>

static const struct json_limits limits = {16, 1000000, true};

static void read_regions(struct members *in, struct alert_state *st)
{
	for (const cJSON *e = member_array(in, "regions"); e; e = e->next) {
		struct members one = {.o = e};
		const char *name = member_str(&one, "region");
		struct tally failing = member_tally(&one, "failing");
		struct tally throttled = member_tally(&one, "throttled");
		struct tally silent = {0};

		/* A state of before silence was told of has none. */
		if (member_has(&one, "silent"))
			silent = member_tally(&one, "silent");
		if (one.bad || !region_valid(name)) {
			member_wrong(in, "regions");
			continue;
		}
		*state_region(st, name) = (struct region_tally) {
			.name = state_region(st, name)->name,
			.failing = failing,
			.throttled = throttled,
			.silent = silent,
		};
	}
}

static void read_names(struct members *in, struct incident *inc)
{
	if (!severity_parse(member_str(in, "severity"), &inc->severity)) {
		member_wrong(in, "severity");
		inc->severity = SEVERITY_P1;
	}
	if (!tier_parse(member_str(in, "tier"), &inc->tier))
		member_wrong(in, "tier");
	if (!json_has_null(in->o, "step") &&
		!step_parse(member_str(in, "step"), &inc->step))
		member_wrong(in, "step");
	if (!json_has_null(in->o, "layer") &&
		!failure_layer_parse(member_str(in, "layer"), &inc->layer))
		member_wrong(in, "layer");
}

/* What a state of before these were known does not have. */
static void read_measure(struct members *in, struct incident *inc)
{
	if (member_has(in, "flaps"))
		inc->flaps = member_count(in, "flaps");
	if (member_has(in, "group"))
		inc->group = member_optional(in, "group");
	if (!member_has(in, "value"))
		return;
	inc->value = member_time(in, "value");
	inc->usual = member_time(in, "usual");
	if (!rate_parse(member_str(in, "rate_window"), &inc->rate_window))
		member_wrong(in, "rate_window");
}

static void read_quality(struct members *in, struct alert_state *st)
{
	if (member_has(in, "servers")) {
		member_strings(in, "servers", slug_valid, &st->servers);
		member_strings(in, "left", slug_valid, &st->left);
	}
	if (!member_has(in, "down_at"))
		return;
	st->down_at = member_epoch(in, "down_at");
	st->cold = member_epoch(in, "cold");
	st->slow = member_tally(in, "slow");
	st->stray.windows = member_tally(in, "stray");
	member_strings(in, "stray_regions", region_valid, &st->stray.regions);
	st->stray.told = member_epoch(in, "stray_told");
}

static void read_incident(struct members *in, struct incident *inc)
{
	inc->open = true;
	inc->folded = member_bool(in, "folded");
	/* A state of before there were maintenances has neither. */
	inc->held = member_has(in, "held") && member_bool(in, "held");
	if (inc->held && member_has(in, "held_at"))
		inc->held_at = member_epoch(in, "held_at");
	inc->unheard = member_has(in, "unheard") && member_bool(in, "unheard");
	inc->late = member_has(in, "late") && member_bool(in, "late");
	read_names(in, inc);
	inc->first = member_epoch(in, "first");
	inc->opened_at = member_epoch(in, "opened_at");
	inc->reminded_at = member_epoch(in, "reminded_at");
	inc->failed = member_epoch(in, "failed");
	inc->passed = member_epoch(in, "passed");
	inc->passed_since = member_epoch(in, "passed_since");
	inc->passes = member_count(in, "passes");
	inc->probe_count = member_count(in, "probe_count");
	inc->expected = member_count(in, "expected");
	inc->error = member_optional(in, "error");
	member_strings(in, "regions", region_valid, &inc->regions);
	member_strings(in, "reached", region_valid, &inc->reached);
	member_strings(in, "told", NULL, &inc->told);
	if (!duty_read(in->o, inc))
		member_wrong(in, "ack or climb");
	read_measure(in, inc);
	state_read_change(in, &inc->change);
	inc->stale = member_has(in, "stale_age_s");
	if (inc->stale) {
		inc->stale_age_s = member_time(in, "stale_age_s");
		inc->stale_more = member_count(in, "stale_more");
	}
}

static void read_incidents(struct members *in, struct alert_state *st)
{
	for (const cJSON *e = member_array(in, "incidents"); e; e = e->next) {
		struct members one = {.o = e};
		enum alert_kind kind;

		if (!alert_kind_parse(member_str(&one, "kind"), &kind) ||
			kind >= ALERT_KINDS || st->incidents[kind].open) {
			member_wrong(in, "incidents");
			continue;
		}
		read_incident(&one, &st->incidents[kind]);
		if (one.bad)
			member_wrong(in, one.bad);
	}
}

static void read_expiries(struct members *in, struct alert_state *st)
{
	if (!member_has(in, "expiries"))
		return;
	for (const cJSON *e = member_array(in, "expiries"); e; e = e->next) {
		struct members one = {.o = e};
		struct expiry_told t = {
			.expires_at = member_int(&one, "expires_at", 0,
				EXPIRY_NEVER),
			.within = member_int(&one, "within", 0, MEMBER_COUNT_MAX),
		};

		if (!expiry_what_parse(member_str(&one, "what"), &t.what) ||
			one.bad || st->n_expiries == EXPIRIES_MAX)
			member_wrong(in, "expiries");
		else
			st->expiries[st->n_expiries++] = t;
	}
}

static void read_deliveries(struct members *in, struct pending *p)
{
	size_t cap = 0;

	for (const cJSON *e = member_array(in, "deliveries"); e; e = e->next) {
		struct members one = {.o = e};

		p->deliveries = xgrow(p->deliveries, &cap, p->n_deliveries + 1,
			sizeof *p->deliveries);
		p->deliveries[p->n_deliveries++] = (struct delivery) {
			.route = xstrdup(member_str(&one, "route")),
			.attempts = member_count(&one, "attempts"),
			.next_try = member_time(&one, "next_try"),
			.holder = member_optional(&one, "holder"),
		};
		if (!delivery_read(e, &p->deliveries[p->n_deliveries - 1]))
			member_wrong(&one, "deliveries");
		if (one.bad)
			member_wrong(in, one.bad);
	}
}

static void read_outbox(struct members *in, struct alert_state *st)
{
	for (const cJSON *e = member_array(in, "outbox"); e; e = e->next) {
		struct members one = {.o = e};
		struct pending *p;

		st->outbox = xgrow(st->outbox, &st->cap_outbox,
			st->n_outbox + 1, sizeof *st->outbox);
		p = &st->outbox[st->n_outbox++];
		*p = (struct pending) {
			.number = (unsigned long)member_int(&one, "number", 0,
				1LL << 53),
			.key = xstrdup(member_str(&one, "key")),
			.event = xstrdup(member_str(&one, "event")),
			.body = xstrdup(member_str(&one, "body")),
			.created = member_time(&one, "created"),
		};
		read_deliveries(&one, p);
		if (one.bad)
			member_wrong(in, one.bad);
	}
}

/* A state of before they were noted has none. */
static void read_told(struct members *in, struct timeline_entry *e)
{
	if (!member_has(in, "key"))
		return;
	e->key = member_optional(in, "key");
	member_strings(in, "regions", region_valid, &e->regions);
	e->resolved_at = member_epoch(in, "resolved_at");
}

static void read_timeline(struct members *in, struct alert_state *st)
{
	for (const cJSON *e = member_array(in, "timeline"); e; e = e->next) {
		struct members one = {.o = e};
		double at = member_time(&one, "at");

		state_note(st, at, member_str(&one, "what"),
			member_str(&one, "text"));
		read_told(&one, &st->timeline[st->n_timeline - 1]);
		if (one.bad)
			member_wrong(in, "timeline");
	}
}

static void read_quiet(struct members *in, struct quiet *q)
{
	struct members one = {.o = json_get(in->o, "maintenance")};

	if (!one.o)
		return;
	q->id = xstrdup(member_str(&one, "id"));
	q->reason = member_optional(&one, "reason");
	q->start = member_epoch(&one, "start");
	q->end = member_epoch(&one, "end");
	q->active = member_bool(&one, "active");
	if (one.bad)
		member_wrong(in, "maintenance");
}

static void read_state(struct members *in, struct alert_state *st)
{
	if (member_int(in, "v", 0, MEMBER_COUNT_MAX) != STATE_VERSION)
		member_wrong(in, "v");
	st->revision = member_int(in, "revision", 0, 1LL << 53);
	st->writer = member_optional(in, "writer");
	if (strcmp(member_str(in, "slug"), st->slug) != 0)
		member_wrong(in, "slug");
	st->url = member_optional(in, "url");
	st->window = member_epoch(in, "window");
	st->number = (unsigned long)member_int(in, "number", 0, 1LL << 53);
	read_regions(in, st);
	read_incidents(in, st);
	if (json_get(in->o, "away"))
		st->away = member_tally(in, "away");
	read_expiries(in, st);
	state_read_tools(in, st);
	read_quiet(in, &st->quiet);
	read_quality(in, st);
	if (!handles_read(json_get(in->o, "handles"), &st->handles))
		member_wrong(in, "handles");
	read_outbox(in, st);
	read_timeline(in, st);
}

bool state_read(const char *p, size_t n, const char *slug,
	struct alert_state *st, char *why)
{
	struct members in = {NULL, NULL};
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
