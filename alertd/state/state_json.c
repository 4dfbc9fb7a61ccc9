/*
 * state_json.c: a state as the JSON of the key alert:<slug>. What is read was
 * written by us, and yet comes from a store that others can write to: every
 * member is checked, and the first one that is wrong is remembered, like the
 * error of a buf. Members that came later than the first version may be
 * missing.
 */
#include "base/xalloc.h"
#include "incident/state.h"
#include "json/json.h"
#include "state/fields.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EPOCH_MAX 1e11
#define STEPS_MAX 1000

static const char *const digests[] = {NULL, "hourly", "daily", "weekly"};

static void duty_write(struct buf *b, const struct incident *inc)
{
	if (inc->ack.by) {
		buf_str(b, ",\"ack\":{\"by\":");
		json_put_str(b, inc->ack.by);
		json_put_member(b, "reason", inc->ack.reason);
		buf_fmt(b, ",\"at\":%.3f,\"until\":%.3f}", inc->ack.at,
			inc->ack.until);
	}
	if (inc->escalation.ladder) {
		buf_str(b, ",\"climb\":{\"ladder\":");
		json_put_str(b, inc->escalation.ladder);
		buf_fmt(b, ",\"step\":%d,\"since\":%.3f}", inc->escalation.step,
			inc->escalation.since);
	}
}

static bool get_time(const cJSON *o, const char *key, double *out)
{
	return json_num(o, key, out) && *out >= 0 && *out <= EPOCH_MAX;
}

static bool read_ack(const cJSON *o, struct ack *a)
{
	const char *by = json_str(o, "by"), *reason = json_str(o, "reason");

	if (!by || (!reason && !json_has_null(o, "reason")) ||
		!get_time(o, "at", &a->at) || !get_time(o, "until", &a->until))
		return false;
	a->by = xstrdup(by);
	a->reason = reason ? xstrdup(reason) : NULL;
	return true;
}

static bool read_climb(const cJSON *o, struct escalation *c)
{
	const char *ladder = json_str(o, "ladder");
	double step;

	if (!ladder || !get_time(o, "since", &c->since) ||
		!json_num(o, "step", &step) || step < 0 || step > STEPS_MAX ||
		step != floor(step))
		return false;
	c->ladder = xstrdup(ladder);
	c->step = (int)step;
	return true;
}

static bool duty_read(const cJSON *o, struct incident *inc)
{
	const cJSON *a = json_get(o, "ack"), *c = json_get(o, "climb");

	return (!a || read_ack(a, &inc->ack)) &&
		(!c || read_climb(c, &inc->escalation));
}

static void delivery_write(struct buf *b, const struct delivery *d)
{
	if (d->tried > 0)
		buf_fmt(b, ",\"tried\":%.3f", d->tried);
	if (d->done)
		buf_fmt(b, ",\"done\":%d", d->done);
	if (d->digest != CONF_DIGEST_NO)
		buf_fmt(b,
			",\"digest\":\"%s\",\"over\":%s,"
			"\"boundary\":%" PRId64,
			digests[d->digest], d->over ? "true" : "false",
			d->boundary);
	if (d->why) {
		json_put_member(b, "why", d->why);
	}
	if (d->refused)
		buf_str(b, ",\"refused\":true");
	if (d->fallback_at > 0)
		buf_fmt(b, ",\"elsewhere\":%.3f", d->fallback_at);
}

/* How it waits for others. */
static bool read_wait(const cJSON *o, struct delivery *d)
{
	const char *digest = json_str(o, "digest");
	double boundary;
	unsigned i;

	if (!json_get(o, "digest"))
		return true;
	if (!digest || !names_lookup(digests, 4, digest, &i) ||
		!json_bool(o, "over", &d->over) ||
		!get_time(o, "boundary", &boundary) ||
		boundary != floor(boundary))
		return false;
	d->digest = (enum conf_digest)i;
	d->boundary = (int64_t)boundary;
	return true;
}

static bool delivery_read(const cJSON *o, struct delivery *d)
{
	const char *why = json_str(o, "why");
	double done = 0;

	if (why)
		d->why = xstrdup(why);
	if (json_get(o, "done") &&
		(!json_num(o, "done", &done) || done < 0 || done > STEPS_MAX ||
			done != floor(done)))
		return false;
	d->done = (int)done;
	if (json_get(o, "tried") && !get_time(o, "tried", &d->tried))
		return false;
	return read_wait(o, d) && !why == !json_get(o, "why") &&
		(!json_get(o, "refused") ||
			json_bool(o, "refused", &d->refused)) &&
		(!json_get(o, "elsewhere") ||
			get_time(o, "elsewhere", &d->fallback_at));
}

static void put_int(struct buf *b, const char *key, int64_t v)
{
	json_put_key(b, key);
	buf_int(b, v);
}

static void put_bool(struct buf *b, const char *key, bool v)
{
	json_put_key(b, key);
	buf_str(b, v ? "true" : "false");
}

static void put_time(struct buf *b, const char *key, double t)
{
	buf_fmt(b, ",\"%s\":%.3f", key, t);
}

/* To the last digit: it is compared to what a record says. */
static void put_instant(struct buf *b, const char *key, double t)
{
	json_put_key(b, key);
	json_put_num(b, t);
}

static void put_tally(struct buf *b, const char *key, const struct streak *t)
{
	json_put_key(b, key);
	buf_str(b, "{\"n\":");
	buf_int(b, t->n);
	put_int(b, "since", t->since);
	put_int(b, "counted", t->counted);
	buf_char(b, '}');
}

static void put_region(struct buf *b, const struct region_tally *r)
{
	buf_str(b, "{\"region\":");
	json_put_str(b, r->name);
	put_tally(b, "failing", &r->failing);
	put_tally(b, "throttled", &r->throttled);
	put_tally(b, "silent", &r->silent);
	buf_char(b, '}');
}

static void put_change(struct buf *b, const struct tool_change *c)
{
	buf_str(b, ",\"change\":{\"from\":");
	json_put_str(b, c->from);
	json_put_member(b, "to", c->to);
	put_int(b, "since", c->since);
	json_put_list(b, "added", c->added.v, c->added.n);
	json_put_list(b, "removed", c->removed.v, c->removed.n);
	json_put_list(b, "changed", c->changed.v, c->changed.n);
	json_put_list(b, "redescribed", c->redescribed.v, c->redescribed.n);
	buf_char(b, '}');
}

static void put_incident(struct buf *b, enum alert_kind kind,
	const struct incident *inc)
{
	buf_fmt(b, "{\"kind\":\"%s\"", alert_kind_name(kind));
	put_bool(b, "folded", inc->superseded);
	put_bool(b, "held", inc->suppressed);
	if (inc->suppressed)
		put_int(b, "held_at", inc->suppressed_at);
	put_bool(b, "unheard", inc->unnotified);
	if (inc->late)
		put_bool(b, "late", true);
	json_put_member(b, "severity", severity_name(inc->severity));
	json_put_member(b, "tier", tier_name(inc->tier));
	json_put_member(b, "step", step_name(inc->step));
	json_put_member(b, "layer", failure_layer_name(inc->layer));
	put_int(b, "first", inc->first);
	put_int(b, "opened_at", inc->opened_at);
	put_int(b, "reminded_at", inc->reminded_at);
	put_int(b, "failed", inc->failed);
	put_int(b, "passed", inc->passed);
	put_int(b, "passed_since", inc->passed_since);
	put_int(b, "passes", inc->passes);
	put_int(b, "probe_count", inc->probe_count);
	put_int(b, "expected", inc->expected);
	json_put_member(b, "error", inc->error);
	json_put_list(b, "regions", inc->regions.v, inc->regions.n);
	json_put_list(b, "reached", inc->reached.v, inc->reached.n);
	json_put_list(b, "told", inc->told.v, inc->told.n);
	duty_write(b, inc);
	put_int(b, "flaps", inc->flaps);
	if (inc->group)
		json_put_member(b, "group", inc->group);
	if (inc->usual > 0) {
		put_instant(b, "value", inc->value);
		put_instant(b, "usual", inc->usual);
		json_put_member(b, "rate_window", rate_name(inc->rate_window));
	}
	if (inc->change.to)
		put_change(b, &inc->change);
	if (inc->stale) {
		put_time(b, "stale_age_s", inc->stale_age_s);
		put_int(b, "stale_more", inc->stale_more);
	}
	buf_char(b, '}');
}

static void put_pending(struct buf *b, const struct pending *p)
{
	buf_fmt(b, "{\"number\":%lu", p->number);
	json_put_member(b, "key", p->key);
	json_put_member(b, "event", p->event);
	json_put_member(b, "body", p->body);
	put_time(b, "created", p->created);
	buf_str(b, ",\"deliveries\":[");
	for (size_t i = 0; i < p->n_deliveries; i++) {
		const struct delivery *d = &p->deliveries[i];

		buf_fmt(b, "%s{\"attempts\":%d", i ? "," : "", d->attempts);
		json_put_member(b, "route", d->route);
		put_time(b, "next_try", d->next_try);
		json_put_member(b, "holder", d->holder);
		delivery_write(b, d);
		buf_char(b, '}');
	}
	buf_str(b, "]}");
}

static void put_incidents(struct buf *b, const struct alert_state *st)
{
	const char *comma = "";

	buf_str(b, ",\"incidents\":[");
	for (unsigned k = 0; k < ALERT_KINDS; k++) {
		if (!st->incidents[k].open)
			continue;
		buf_str(b, comma);
		put_incident(b, (enum alert_kind)k, &st->incidents[k]);
		comma = ",";
	}
	buf_char(b, ']');
}

static void put_expiries(struct buf *b, const struct alert_state *st)
{
	buf_str(b, ",\"expiries\":[");
	for (size_t i = 0; i < st->n_expiries; i++) {
		const struct expiry_told *t = &st->expiries[i];

		buf_fmt(b, "%s{\"what\":\"%s\"", i ? "," : "",
			expiry_what_name(t->what));
		put_int(b, "expires_at", t->expires_at);
		put_int(b, "within", t->within);
		buf_char(b, '}');
	}
	buf_char(b, ']');
}

static void put_sightings(struct buf *b, const struct tools_seen *t)
{
	buf_str(b, ",\"sightings\":[");
	for (size_t i = 0; i < t->n; i++) {
		const struct sighting *s = &t->v[i];

		buf_fmt(b, "%s{\"region\":\"%s\"", i ? "," : "", s->region);
		json_put_member(b, "hash", s->hash);
		put_instant(b, "since", s->since);
		put_instant(b, "at", s->at);
		put_int(b, "window", s->window);
		buf_char(b, '}');
	}
	buf_str(b, "],\"tool_sets\":[");
	for (size_t i = 0; i < t->n_sets; i++) {
		const struct tool_set *set = &t->sets[i];

		buf_fmt(b, "%s{\"hash\":\"%s\"", i ? "," : "", set->hash);
		put_instant(b, "since", set->since);
		json_put_member(b, "era", era_name(set->era));
		buf_char(b, '}');
	}
	buf_char(b, ']');
	put_tally(b, "differ", &t->differ);
}

static void put_drifts(struct buf *b, const struct alert_state *st)
{
	buf_str(b, ",\"drifts\":[");
	for (size_t i = 0; i < st->n_drifts; i++) {
		const struct drift_told *t = &st->drifts[i];

		buf_fmt(b, "%s{\"from\":\"%s\"", i ? "," : "", t->from);
		json_put_member(b, "to", t->to);
		put_int(b, "at", t->at);
		buf_char(b, '}');
	}
	buf_char(b, ']');
}

static void put_quiet(struct buf *b, const struct maintenance_hold *q)
{
	if (!q->id)
		return;
	buf_str(b, ",\"maintenance\":{\"id\":");
	json_put_str(b, q->id);
	json_put_member(b, "reason", q->reason);
	put_int(b, "start", q->start);
	put_int(b, "end", q->end);
	put_bool(b, "active", q->active);
	buf_char(b, '}');
}

static void put_quality(struct buf *b, const struct alert_state *st)
{
	if (st->servers.n) {
		json_put_list(b, "servers", st->servers.v, st->servers.n);
		json_put_list(b, "left", st->left.v, st->left.n);
	}
	put_int(b, "down_at", st->down_at);
	put_int(b, "cold", st->cold);
	put_tally(b, "slow", &st->slow);
	put_tally(b, "stray", &st->anomaly.windows);
	json_put_list(b, "stray_regions", st->anomaly.regions.v,
		st->anomaly.regions.n);
	put_int(b, "stray_told", st->anomaly.told);
}

void state_write_head(struct buf *b, const struct alert_state *st)
{
	buf_fmt(b, "{\"v\":%d,\"revision\":%lld", STATE_VERSION, st->revision);
	json_put_member(b, "writer", st->writer);
}

void state_write(struct buf *b, const struct alert_state *st)
{
	state_write_head(b, st);
	json_put_member(b, "slug", st->slug);
	json_put_member(b, "url", st->url);
	put_int(b, "window", st->window);
	put_int(b, "judged", st->judged);
	if (st->untested)
		put_int(b, "untested", st->untested);
	buf_fmt(b, ",\"number\":%lu,\"regions\":[", st->number);
	for (size_t i = 0; i < st->n_regions; i++) {
		if (i)
			buf_char(b, ',');
		put_region(b, &st->regions[i]);
	}
	buf_char(b, ']');
	put_incidents(b, st);
	if (st->away.counted)
		put_tally(b, "away", &st->away);
	put_expiries(b, st);
	put_sightings(b, &st->tools);
	put_drifts(b, st);
	put_quiet(b, &st->maintenance);
	put_quality(b, st);
	if (st->handles.n) {
		buf_str(b, ",\"handles\":");
		external_ids_write(b, &st->handles);
	}
	buf_str(b, ",\"outbox\":[");
	for (size_t i = 0; i < st->n_outbox; i++) {
		if (i)
			buf_char(b, ',');
		put_pending(b, &st->outbox[i]);
	}
	buf_str(b, "],\"timeline\":[");
	for (size_t i = 0; i < st->n_timeline; i++) {
		const struct timeline_entry *e = &st->timeline[i];

		buf_fmt(b, "%s{\"at\":%.3f", i ? "," : "", e->at);
		json_put_member(b, "what", e->what);
		json_put_member(b, "text", e->text);
		if (e->key) {
			json_put_member(b, "key", e->key);
			json_put_list(b, "regions", e->regions.v, e->regions.n);
			put_int(b, "resolved_at", e->resolved_at);
		}
		buf_char(b, '}');
	}
	buf_str(b, "]}");
}

static void state_read_change(struct fields *in, struct tool_change *c)
{
	struct fields one = {.o = json_get(in->o, "change")};

	if (!one.o)
		return;
	string_set(&c->from, field_str(&one, "from"));
	string_set(&c->to, field_str(&one, "to"));
	c->since = field_epoch(&one, "since");
	field_strings(&one, "added", NULL, &c->added);
	field_strings(&one, "removed", NULL, &c->removed);
	field_strings(&one, "changed", NULL, &c->changed);
	field_strings(&one, "redescribed", NULL, &c->redescribed);
	if (one.bad || !hash_valid(c->from) || !hash_valid(c->to))
		field_wrong(in, "change");
}

/* A hash, or what may stand for one; 64 characters and a NUL. */
static void get_hash(struct fields *in, const char *key,
	bool (*valid)(const char *), char *out)
{
	const char *s = field_str(in, key);

	if (valid(s))
		snprintf(out, HASH_HEX + 1, "%s", s);
	else
		field_wrong(in, key);
}

static void read_sightings(struct fields *in, struct tools_seen *t)
{
	for (const cJSON *e = field_array(in, "sightings"); e; e = e->next) {
		struct fields one = {.o = e};
		struct sighting s = {
			.since = field_time(&one, "since"),
			.at = field_time(&one, "at"),
			.window = field_epoch(&one, "window"),
		};
		const char *region = field_str(&one, "region");

		get_hash(&one, "hash", hash_valid, s.hash);
		if (one.bad || !region_valid(region)) {
			field_wrong(in, "sightings");
			continue;
		}
		s.region = xstrdup(region);
		t->v = xgrow(t->v, &t->cap, t->n + 1, sizeof *t->v);
		t->v[t->n++] = s;
	}
}

static void read_tool_sets(struct fields *in, struct tools_seen *t)
{
	for (const cJSON *e = field_array(in, "tool_sets"); e; e = e->next) {
		struct fields one = {.o = e};
		struct tool_set set = {.since = field_time(&one, "since")};

		get_hash(&one, "hash", hash_valid, set.hash);
		if (!json_has_null(e, "era") &&
			!era_parse(field_str(&one, "era"), &set.era))
			field_wrong(&one, "era");
		if (one.bad || t->n_sets == TOOL_SETS_MAX)
			field_wrong(in, "tool_sets");
		else
			t->sets[t->n_sets++] = set;
	}
}

static bool hash_or_era(const char *s)
{
	enum era era;

	return hash_valid(s) || era_parse(s, &era);
}

static void read_drifts(struct fields *in, struct alert_state *st)
{
	for (const cJSON *e = field_array(in, "drifts"); e; e = e->next) {
		struct fields one = {.o = e};
		struct drift_told t = {.at = field_epoch(&one, "at")};

		get_hash(&one, "from", hash_or_era, t.from);
		get_hash(&one, "to", hash_or_era, t.to);
		if (one.bad || st->n_drifts == DRIFTS_MAX)
			field_wrong(in, "drifts");
		else
			st->drifts[st->n_drifts++] = t;
	}
}

/* What the regions see, all of it or nothing. */
static void state_read_tools(struct fields *in, struct alert_state *st)
{
	if (!field_has(in, "sightings"))
		return;
	st->judged = field_epoch(in, "judged");
	if (field_has(in, "untested"))
		st->untested = field_epoch(in, "untested");
	read_sightings(in, &st->tools);
	read_tool_sets(in, &st->tools);
	st->tools.differ = field_tally(in, "differ");
	read_drifts(in, st);
}

/* ---- Reading. */

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
	st->anomaly.windows = field_tally(in, "stray");
	field_strings(in, "stray_regions", region_valid, &st->anomaly.regions);
	st->anomaly.told = field_epoch(in, "stray_told");
}

static void read_incident(struct fields *in, struct incident *inc)
{
	inc->open = true;
	inc->superseded = field_bool(in, "folded");
	/* A state of before there were maintenances has neither. */
	inc->suppressed = field_has(in, "held") && field_bool(in, "held");
	if (inc->suppressed && field_has(in, "held_at"))
		inc->suppressed_at = field_epoch(in, "held_at");
	inc->unnotified = field_has(in, "unheard") && field_bool(in, "unheard");
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
	read_quiet(in, &st->maintenance);
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
