/* SPDX-License-Identifier: MIT */
#include "emit.h"

#include "base/log.h"
#include "routing/routing.h"
#include "run.h"
#include "subscribe/subscribe.h"
#include "transport/signature.h"
#include "words/print.h"
#include "words/words.h"

#include <math.h>
#include <string.h>

/* The addresses that an event points to. */
struct links {
	struct buf page, ack, ack_short, runbook;
};

static void links_init(struct links *l)
{
	buf_init(&l->page, EMIT_BODY_MAX);
	buf_init(&l->ack, EMIT_BODY_MAX);
	buf_init(&l->ack_short, EMIT_BODY_MAX);
	buf_init(&l->runbook, EMIT_BODY_MAX);
}

static void links_release(struct links *l)
{
	buf_release(&l->page);
	buf_release(&l->ack);
	buf_release(&l->ack_short);
	buf_release(&l->runbook);
}

void emit_dashboard(const struct conf *c, const char *slug, struct buf *url)
{
	struct conf_server s;

	if (conf_server(c, slug, &s) && s.dashboard) {
		buf_str(url, s.dashboard);
		return;
	}
	if (!c || !c->site_url)
		return;
	if (strcmp(slug, SLUG_FLEET) == 0)
		buf_fmt(url, "%s/", c->site_url);
	else
		buf_fmt(url, "%s/status/%s", c->site_url, slug);
}

/* Whether a person can take it; of a test the page says that it arrived. */
static bool takes_ack(const struct alert_record *r)
{
	if (r->kind == ALERT_TEST)
		return r->severity == SEVERITY_P1;
	return r->phase != ALERT_ONCE && r->phase != ALERT_RESOLVED &&
		r->phase != ALERT_FOUND;
}

/* "https://status.example.com/ack/TOKEN", and the short form; or nothing. */
static void point_to_ack(const struct run *s, struct alert_record *r,
	struct links *l)
{
	char key[ALERT_KEY_SIZE], token[ACK_TOKEN_SIZE], id[ACK_SHORT + 1];

	if (!s->secret || !s->conf || !s->conf->site_url || !takes_ack(r) ||
		!ack_token_make(s->secret, alert_key(r, key),
			(int64_t)r->at + ACK_TOKEN_S, token))
		return;
	buf_fmt(&l->ack, "%s/ack/%s", s->conf->site_url, token);
	r->ack_url = l->ack.p;
	/* A short link is looked up in the store, which may be the fault. */
	if (r->kind == ALERT_STALLED)
		return;
	ack_short_make(s->secret, key, id);
	buf_fmt(&l->ack_short, "%s/a/%s", s->conf->site_url, id);
	r->ack_short_url = l->ack_short.p;
}

void emit_runbook(const struct conf *c, const char *slug, enum alert_kind kind,
	enum checks checks, struct buf *url)
{
	struct conf_server s;

	if (conf_server(c, slug, &s) && s.runbook)
		buf_str(url, s.runbook);
	else if (c && c->runbook)
		buf_str(url, c->runbook);
	else if (c && c->site_url)
		buf_fmt(url, "%s/man/mcp-runbook.7#%s", c->site_url,
			checks == CHECKS_REFUSED ? "checks_refused"
						 : alert_kind_name(kind));
}

/* Puts an event that is held back into the timeline. */
static void note_held(struct alert_state *st, const struct alert_event *e)
{
	const struct alert_record *r = &e->record;
	char name[ALERT_EVENT_SIZE];
	struct buf text;

	buf_init(&text, EMIT_BODY_MAX);
	buf_fmt(&text, "not sent, %s: %s",
		e->silenced ? "silenced" : "for the maintenance", r->summary);
	state_note(st, r->at, alert_event(r, name), text.p);
	buf_release(&text);
}

/* The routes that get it at once, and those that get it with a digest. */
static void split(const struct recipients *to, struct strings *now,
	struct strings *later)
{
	for (size_t i = 0; i < to->n; i++)
		strings_note(to->v[i].wait.digest == CONF_DIGEST_NO ? now
								    : later,
			to->v[i].route);
}

/* The end of an incident goes to somebody, though its route was renamed. */
static void tell_renamed(const struct emit *t, struct alert_event *e)
{
	struct strings gone = {0};
	char key[ALERT_KEY_SIZE];

	if (e->record.phase == ALERT_RESOLVED &&
		route_renamed(t->setup->conf, e, &gone) && t->setup->deliver)
		log_warn("%s: the route %s that got its beginning is no longer "
			 "configured; its end goes to the routes that would be "
			 "notified now",
			alert_key(&e->record, key), gone.v[0]);
	strings_release(&gone);
}

static void dispatch(const struct emit *t, struct alert_state *st,
	struct alert_event *e, const char *body, struct recipients *to)
{
	const struct run *s = t->setup;
	struct dispatch way = {
		.conf = s->conf,
		.budget = t->rate_limit,
		.at_once = s->alone,
		.now = s->deliver || s->queue_only ? t->now : -INFINITY,
	};

	tell_renamed(t, e);
	dispatch_event(&way, st, e, body, to);
}

static void point(const struct run *s, struct alert_record *r,
	struct links *l)
{
	struct conf_server server;

	if (conf_server(s->conf, r->slug, &server)) {
		r->owner = server.owner;
		r->labels = server.labels;
		r->n_labels = server.n_labels;
	}
	links_init(l);
	emit_dashboard(s->conf, r->slug, &l->page);
	if (l->page.len)
		r->dashboard_url = l->page.p;
	point_to_ack(s, r, l);
	emit_runbook(s->conf, r->slug, r->kind, r->checks, &l->runbook);
	if (l->runbook.len)
		r->runbook_url = l->runbook.p;
}

void emit_print(const struct run *s, struct alert_event *e,
	const struct strings *now, const struct strings *later,
	struct buf *out)
{
	struct links links;

	point(s, &e->record, &links);
	if (s->on_event) {
		s->on_event(s->arg, e, now, later);
	} else if (s->text) {
		print_event(out, &e->record, s->zone, s->colour);
	} else if (s->journal) {
		print_entry(out, &e->record);
	} else {
		alert_record_json(out, &e->record);
		buf_char(out, '\n');
	}
	links_release(&links);
}

void emit_event(const struct emit *t, struct alert_state *st,
	struct alert_event *e, struct buf *out)
{
	struct strings now = {0}, later = {0};
	struct recipients to = {0};
	char name[ALERT_EVENT_SIZE];
	struct links links;
	struct buf body;

	event_words(e);
	if (e->suppressed) {
		note_held(st, e);
		/* Visitors read what people say, though nobody is notified. */
		if (e->record.phase == ALERT_UPDATED)
			state_keep_update(st, e);
		return;
	}
	buf_init(&body, EMIT_BODY_MAX);
	point(t->setup, &e->record, &links);
	alert_record_json(&body, &e->record);
	if (e->incident.is_private)
		state_note(st, e->record.at, alert_event(&e->record, name),
			e->record.summary);
	else
		state_note_event(st, &e->record);
	state_keep_event(st, e);
	if (t->setup->conf && t->setup->conf->site_subscribe &&
		t->setup->store)
		news_of_event(t->setup->conf, st, e, &st->news);
	dispatch(t, st, e, body.p, &to);
	links_release(&links);
	buf_release(&body);
	split(&to, &now, &later);
	if (t->starts && correlation_may(e))
		correlation_note(t->starts, e, &now, &later);
	else if (!e->group || to.n)
		emit_print(t->setup, e, &now, &later, out);
	strings_release(&now);
	strings_release(&later);
	recipients_release(&to);
}
