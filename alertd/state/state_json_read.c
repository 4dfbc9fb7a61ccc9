/*
 * state_json_read.c: what is read was written by us, and yet comes from a store
 * that others can write to: every member is checked, and the first one that is
 * wrong is remembered, like the error of a buf.
 */
#include "incident/state.h"

#include "base/xalloc.h"
#include "json/json.h"
#include "state/fields.h"
#include "state/state_json_tools.h"

#include <stdlib.h>
#include <string.h>

static const struct json_limits limits = {16, 1000000, true};

static void read_regions(struct fields *in, struct alert_state *st)
{
	for (const cJSON *e = field_array(in, "regions"); e; e = e->next) {
		struct fields one = {.o = e};
		const char *name = field_str(&one, "region");
		struct streak failing = field_tally(&one, "failing");
		struct streak throttled = field_tally(&one, "throttled");
		struct streak silent = {0};

		/* A state of before silence was told of has none. */
		if (field_has(&one, "silent"))
			silent = field_tally(&one, "silent");
		if (one.bad || !region_valid(name)) {
			field_wrong(in, "regions");
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

static void read_names(struct fields *in, struct incident *inc)
{
	if (!severity_parse(field_str(in, "severity"), &inc->severity)) {
		field_wrong(in, "severity");
		inc->severity = SEVERITY_P1;
	}
	if (!tier_parse(field_str(in, "tier"), &inc->tier))
		field_wrong(in, "tier");
	if (!json_has_null(in->o, "step") &&
		!step_parse(field_str(in, "step"), &inc->step))
		field_wrong(in, "step");
	if (!json_has_null(in->o, "layer") &&
		!failure_layer_parse(field_str(in, "layer"), &inc->layer))
		field_wrong(in, "layer");
}

/* What a state of before these were known does not have. */
static void read_measure(struct fields *in, struct incident *inc)
{
	if (field_has(in, "flaps"))
		inc->flaps = field_count(in, "flaps");
	if (field_has(in, "group"))
		inc->group = field_optional(in, "group");
	if (!field_has(in, "value"))
		return;
	inc->value = field_time(in, "value");
	inc->usual = field_time(in, "usual");
	if (!rate_parse(field_str(in, "rate_window"), &inc->rate_window))
		field_wrong(in, "rate_window");
}

static void read_quality(struct fields *in, struct alert_state *st)
{
	if (field_has(in, "servers")) {
		field_strings(in, "servers", slug_valid, &st->servers);
		field_strings(in, "left", slug_valid, &st->left);
	}
	if (!field_has(in, "down_at"))
		return;
	st->down_at = field_epoch(in, "down_at");
	st->cold = field_epoch(in, "cold");
	st->slow = field_tally(in, "slow");
	st->stray.windows = field_tally(in, "stray");
	field_strings(in, "stray_regions", region_valid, &st->stray.regions);
	st->stray.told = field_epoch(in, "stray_told");
}

static void read_incident(struct fields *in, struct incident *inc)
{
	inc->open = true;
	inc->folded = field_bool(in, "folded");
	/* A state of before there were maintenances has neither. */
	inc->held = field_has(in, "held") && field_bool(in, "held");
	if (inc->held && field_has(in, "held_at"))
		inc->held_at = field_epoch(in, "held_at");
	inc->unheard = field_has(in, "unheard") && field_bool(in, "unheard");
	inc->late = field_has(in, "late") && field_bool(in, "late");
	read_names(in, inc);
	inc->first = field_epoch(in, "first");
	inc->opened_at = field_epoch(in, "opened_at");
	inc->reminded_at = field_epoch(in, "reminded_at");
	inc->failed = field_epoch(in, "failed");
	inc->passed = field_epoch(in, "passed");
	inc->passed_since = field_epoch(in, "passed_since");
	inc->passes = field_count(in, "passes");
	inc->probe_count = field_count(in, "probe_count");
	inc->expected = field_count(in, "expected");
	inc->error = field_optional(in, "error");
	field_strings(in, "regions", region_valid, &inc->regions);
	field_strings(in, "reached", region_valid, &inc->reached);
	field_strings(in, "told", NULL, &inc->told);
	if (!duty_read(in->o, inc))
		field_wrong(in, "ack or climb");
	read_measure(in, inc);
	state_read_change(in, &inc->change);
	inc->stale = field_has(in, "stale_age_s");
	if (inc->stale) {
		inc->stale_age_s = field_time(in, "stale_age_s");
		inc->stale_more = field_count(in, "stale_more");
	}
}

static void read_incidents(struct fields *in, struct alert_state *st)
{
	for (const cJSON *e = field_array(in, "incidents"); e; e = e->next) {
		struct fields one = {.o = e};
		enum alert_kind kind;

		if (!alert_kind_parse(field_str(&one, "kind"), &kind) ||
			kind >= ALERT_KINDS || st->incidents[kind].open) {
			field_wrong(in, "incidents");
			continue;
		}
		read_incident(&one, &st->incidents[kind]);
		if (one.bad)
			field_wrong(in, one.bad);
	}
}

static void read_expiries(struct fields *in, struct alert_state *st)
{
	if (!field_has(in, "expiries"))
		return;
	for (const cJSON *e = field_array(in, "expiries"); e; e = e->next) {
		struct fields one = {.o = e};
		struct expiry_told t = {
			.expires_at = field_int(&one, "expires_at", 0,
				EXPIRY_NEVER),
			.within = field_int(&one, "within", 0, FIELD_COUNT_MAX),
		};

		if (!expiry_what_parse(field_str(&one, "what"), &t.what) ||
			one.bad || st->n_expiries == EXPIRIES_MAX)
			field_wrong(in, "expiries");
		else
			st->expiries[st->n_expiries++] = t;
	}
}

static void read_deliveries(struct fields *in, struct pending *p)
{
	size_t cap = 0;

	for (const cJSON *e = field_array(in, "deliveries"); e; e = e->next) {
		struct fields one = {.o = e};

		p->deliveries = xgrow(p->deliveries, &cap, p->n_deliveries + 1,
			sizeof *p->deliveries);
		p->deliveries[p->n_deliveries++] = (struct delivery) {
			.route = xstrdup(field_str(&one, "route")),
			.attempts = field_count(&one, "attempts"),
			.next_try = field_time(&one, "next_try"),
			.holder = field_optional(&one, "holder"),
		};
		if (!delivery_read(e, &p->deliveries[p->n_deliveries - 1]))
			field_wrong(&one, "deliveries");
		if (one.bad)
			field_wrong(in, one.bad);
	}
}

static void read_outbox(struct fields *in, struct alert_state *st)
{
	for (const cJSON *e = field_array(in, "outbox"); e; e = e->next) {
		struct fields one = {.o = e};
		struct pending *p;

		st->outbox = xgrow(st->outbox, &st->cap_outbox,
			st->n_outbox + 1, sizeof *st->outbox);
		p = &st->outbox[st->n_outbox++];
		*p = (struct pending) {
			.number = (unsigned long)field_int(&one, "number", 0,
				1LL << 53),
			.key = xstrdup(field_str(&one, "key")),
			.event = xstrdup(field_str(&one, "event")),
			.body = xstrdup(field_str(&one, "body")),
			.created = field_time(&one, "created"),
		};
		read_deliveries(&one, p);
		if (one.bad)
			field_wrong(in, one.bad);
	}
}

/* A state of before they were noted has none. */
static void read_told(struct fields *in, struct timeline_entry *e)
{
	if (!field_has(in, "key"))
		return;
	e->key = field_optional(in, "key");
	field_strings(in, "regions", region_valid, &e->regions);
	e->resolved_at = field_epoch(in, "resolved_at");
}

static void read_timeline(struct fields *in, struct alert_state *st)
{
	for (const cJSON *e = field_array(in, "timeline"); e; e = e->next) {
		struct fields one = {.o = e};
		double at = field_time(&one, "at");

		state_note(st, at, field_str(&one, "what"),
			field_str(&one, "text"));
		read_told(&one, &st->timeline[st->n_timeline - 1]);
		if (one.bad)
			field_wrong(in, "timeline");
	}
}

static void read_quiet(struct fields *in, struct maintenance_hold *q)
{
	struct fields one = {.o = json_get(in->o, "maintenance")};

	if (!one.o)
		return;
	q->id = xstrdup(field_str(&one, "id"));
	q->reason = field_optional(&one, "reason");
	q->start = field_epoch(&one, "start");
	q->end = field_epoch(&one, "end");
	q->active = field_bool(&one, "active");
	if (one.bad)
		field_wrong(in, "maintenance");
}

static void read_state(struct fields *in, struct alert_state *st)
{
	if (field_int(in, "v", 0, FIELD_COUNT_MAX) != STATE_VERSION)
		field_wrong(in, "v");
	st->revision = field_int(in, "revision", 0, 1LL << 53);
	st->writer = field_optional(in, "writer");
	if (strcmp(field_str(in, "slug"), st->slug) != 0)
		field_wrong(in, "slug");
	st->url = field_optional(in, "url");
	st->window = field_epoch(in, "window");
	st->number = (unsigned long)field_int(in, "number", 0, 1LL << 53);
	read_regions(in, st);
	read_incidents(in, st);
	if (json_get(in->o, "away"))
		st->away = field_tally(in, "away");
	read_expiries(in, st);
	state_read_tools(in, st);
	read_quiet(in, &st->quiet);
	read_quality(in, st);
	if (!external_ids_read(json_get(in->o, "handles"), &st->handles))
		field_wrong(in, "handles");
	read_outbox(in, st);
	read_timeline(in, st);
}

bool state_read(const char *p, size_t n, const char *slug,
	struct alert_state *st, char *why)
{
	struct fields in = {NULL, NULL};
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
