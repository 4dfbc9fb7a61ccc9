/*
 * explain_json.c: the explanation as a record, member by member.
 */
#include "commands/explain.h"

#include "base/clock.h"
#include "incident/acknowledgement.h"
#include "incident/incident.h"
#include "json/json.h"
#include "records/probe.h"
#include "routing/policy.h"

/* An instant; null where it is 0. */
static void put_instant(struct buf *b, const char *key, double at)
{
	char text[CLOCK_RFC3339];

	clock_rfc3339((int64_t)at, text);
	json_put_member(b, key, at > 0 ? text : NULL);
}

static void put_incident(struct buf *b, struct alert_state *st,
	enum alert_kind kind, const struct conf *c, double now)
{
	const struct incident *inc = &st->incidents[kind];
	struct explain_next next = explain_next(st, kind, c, now);
	bool ack = ack_holds(inc, now);
	struct strings told = {0};
	char key[ALERT_KEY_SIZE];

	buf_str(b, "{\"kind\":");
	json_put_str(b, alert_kind_name(kind));
	json_put_member(b, "dedup_key", dedup_key(st, kind, key));
	json_put_member(b, "severity", severity_name(inc->severity));
	json_put_member(b, "confirmed_by",
		explain_rule(inc, kind) == EXPLAIN_SPACE ? "space" : "time");
	put_instant(b, "started_at", (double)inc->first);
	put_instant(b, "confirmed_at", (double)inc->opened_at);
	put_instant(b, "failed_at", (double)inc->failed);
	buf_fmt(b, ",\"folded\":%s,\"held\":%s",
		inc->superseded ? "true" : "false",
		inc->suppressed ? "true" : "false");
	json_put_member(b, "silenced_by", inc->silence);
	json_put_member(b, "probe_step", step_name(inc->step));
	json_put_member(b, "failure_layer", failure_layer_name(inc->layer));
	json_put_member(b, "last_error", inc->error);
	json_put_member(b, "checks",
		checks_name(incident_checks(inc, kind)));
	json_put_list(b, "regions", inc->regions.v, inc->regions.n);
	explain_told(inc, &told);
	json_put_list(b, "told", told.v, told.n);
	strings_release(&told);
	json_put_list(b, "refused", inc->refused.v, inc->refused.n);
	buf_fmt(b, ",\"probe_count\":%d,\"passes\":%d,\"passes_needed\":%d",
		inc->probe_count, inc->passes, conf_policy_of(c).resolve);
	json_put_member(b, "ladder", inc->escalation.ladder);
	buf_fmt(b, ",\"ladder_step\":%d", inc->escalation.step);
	json_put_member(b, "acknowledged_by", ack ? inc->ack.by : NULL);
	put_instant(b, "acknowledged_until", ack ? inc->ack.until : 0);
	put_instant(b, "next_promotion", (double)next.promoted_at);
	put_instant(b, "next_reminder", (double)next.reminded_at);
	put_instant(b, "next_step", (double)next.step_at);
	json_put_list(b, "next_told", next.tells.v, next.tells.n);
	buf_char(b, '}');
	strings_release(&next.tells);
}

/* Rows that are being written. */
struct rows {
	struct buf *b;
	size_t n;
};

static void put_streak_json(void *arg, const char *name, const struct streak *t,
	bool throttled, int needed)
{
	struct rows *r = arg;

	buf_str(r->b, r->n++ ? ",{\"region\":" : "{\"region\":");
	if (name)
		json_put_str(r->b, name);
	else
		buf_str(r->b, "null");
	json_put_member(r->b, "kind",
		!name		? "agreed"
			: throttled ? "throttled"
				    : "failing");
	buf_fmt(r->b, ",\"windows\":%d,\"needed\":%d", t->n, needed);
	put_instant(r->b, "since", (double)t->since);
	buf_char(r->b, '}');
}

static void put_outbox(struct buf *b, const struct alert_state *st)
{
	size_t n = 0;

	for (size_t i = 0; i < st->n_outbox; i++) {
		const struct pending *p = &st->outbox[i];

		for (size_t k = 0; k < p->n_deliveries; k++) {
			const struct delivery *d = &p->deliveries[k];

			buf_str(b, n++ ? ",{\"event\":" : "{\"event\":");
			json_put_str(b, p->event);
			json_put_member(b, "dedup_key", p->key);
			json_put_member(b, "route", d->route);
			buf_fmt(b, ",\"attempts\":%d", d->attempts);
			put_instant(b, "decided_at", p->created);
			put_instant(b, "next_try", d->next_try);
			json_put_member(b, "why", d->why);
			buf_char(b, '}');
		}
	}
}

static void put_silences(struct buf *b, const struct alert_state *st,
	const struct silences *q, double now)
{
	const char *comma = "";

	buf_str(b, ",\"silences\":[");
	for (size_t i = 0; i < q->n; i++) {
		if (!silence_covers(&q->v[i], now) ||
			!silence_for(&q->v[i], st->slug))
			continue;
		buf_str(b, comma);
		silence_write(b, &q->v[i]);
		comma = ",";
	}
	buf_char(b, ']');
}

void explain_json(struct buf *b, struct alert_state *st, const struct conf *c,
	const struct silences *q, double now)
{
	const struct conf_policy p = conf_policy_of(c);
	struct rows rows = {.b = b};
	const struct maintenance_hold *m = &st->maintenance;
	size_t n = 0;

	buf_fmt(b, "{\"v\":%d,\"type\":\"explanation\",\"at\":",
		RECORD_VERSION);
	json_put_num(b, now);
	json_put_member(b, "server_slug", st->slug);
	json_put_member(b, "server_url", st->url);
	put_instant(b, "window", (double)st->window);
	put_instant(b, "maintenance_until",
		explain_held(st, now) ? (double)m->end : 0);
	put_silences(b, st, q, now);
	buf_str(b, ",\"incidents\":[");
	for (unsigned k = 0; k < ALERT_KINDS; k++) {
		if (!st->incidents[k].open)
			continue;
		if (n++)
			buf_char(b, ',');
		put_incident(b, st, (enum alert_kind)k, c, now);
	}
	buf_str(b, "],\"rows\":[");
	explain_rows(st, &p, put_streak_json, &rows);
	buf_str(b, "],\"undelivered\":[");
	put_outbox(b, st);
	buf_str(b, "]}\n");
}
