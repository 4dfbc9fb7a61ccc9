#include "incident/state.h"

#include "json/json.h"


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
	put_bool(b, "folded", inc->folded);
	put_bool(b, "held", inc->held);
	if (inc->held)
		put_int(b, "held_at", inc->held_at);
	put_bool(b, "unheard", inc->unheard);
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
	put_tally(b, "stray", &st->stray.windows);
	json_put_list(b, "stray_regions", st->stray.regions.v,
		st->stray.regions.n);
	put_int(b, "stray_told", st->stray.told);
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
	put_quiet(b, &st->quiet);
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
