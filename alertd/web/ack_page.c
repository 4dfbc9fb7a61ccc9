/* SPDX-License-Identifier: MIT */
/*
 * ack_page.c: the page behind the long and the short link to acknowledge an
 * incident.
 */
#include "web/web.h"

#include "base/text.h"
#include "base/zone.h"
#include "commands/commands.h"
#include "emit.h"
#include "incident/event.h"
#include "incident/incident.h"
#include "notifier.h"
#include "state/backend.h"
#include "state/maintenance_store.h"
#include "state/state_store.h"
#include "transport/credential.h"
#include "transport/form.h"
#include "transport/signature.h"
#include "words/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How long a name and a reason may be, in characters. */
#define BY_MAX (ACK_BY_MAX / 2)
#define REASON_MAX ACK_REASON_MAX

/* A page about an incident. */
struct page {
	char key[ALERT_KEY_SIZE], slug[SLUG_MAX + 1];
	size_t shared; /* by so many servers; 0: it is of one, or of the fleet */
	enum alert_kind kind;
	enum severity severity;
	enum checks checks;
	int64_t since;
	char *what; /* a sentence */
	char *from; /* cities; "" where none are known */
	/* Who looks after it, why, or NULL; and until when. */
	char *by, *reason;
	double until;
	bool unchanged; /* the button that was pressed did nothing */
};

static void say(struct cgi_answer *a, int status, const char *title,
	const char *text)
{
	a->status = status;
	a->type = CGI_HTML;
	buf_clear(&a->body);
	cgi_put_head(&a->body, title);
	buf_fmt(&a->body, "<p>%s</p>\n</main>\n", text);
}

/* "14:05 UTC"; with its day unless that is today. */
static void put_time(struct buf *b, const struct cgi *c, double t)
{
	const char *zone = c->conf->zone;

	if (phrase_same_day(t, c->now, zone))
		phrase_time(b, (int64_t)t, false, zone);
	else
		phrase_date(b, (int64_t)t, c->now, zone);
	phrase_zone(b, zone);
}

void cgi_ack_holder(struct buf *b, const struct cgi *c, const char *by,
	double until)
{
	buf_fmt(b, "%s has acknowledged it until ", by);
	put_time(b, c, until);
	buf_char(b, '.');
}

static void put_fact(struct buf *b, const char *label, const char *text)
{
	if (!*text)
		return;
	buf_fmt(b, "<dt>%s</dt><dd>", label);
	cgi_put_html(b, text);
	buf_str(b, "</dd>\n");
}

static void put_link(struct buf *b, const char *label, const char *url)
{
	if (!url || !*url)
		return;
	buf_str(b, "<a href=\"");
	cgi_put_html(b, url);
	buf_fmt(b, "\">%s</a>\n", label);
}

static void put_facts(struct buf *b, const struct cgi *c, const struct page *p)
{
	const char *slug = p->shared ? SLUG_FLEET : p->slug;
	struct buf since, dashboard, runbook;

	buf_init(&since, TEXT_SIZE);
	put_time(&since, c, (double)p->since);
	buf_str(&since, ", ");
	phrase_duration(&since, (long long)fmax(0, c->now - (double)p->since));
	buf_str(&since, " ago");
	buf_str(b, "<dl>\n");
	put_fact(b, "Since", since.p);
	put_fact(b, "From", p->from);
	buf_str(b, "</dl>\n<p>");
	buf_init(&dashboard, TEXT_SIZE);
	buf_init(&runbook, TEXT_SIZE);
	emit_dashboard(c->conf, slug, &dashboard);
	emit_runbook(c->conf, slug, p->kind, p->checks, &runbook);
	put_link(b, "Runbook", runbook.p);
	put_link(b, "Dashboard", dashboard.p);
	buf_str(b, "</p>\n");
	buf_release(&since);
	buf_release(&dashboard);
	buf_release(&runbook);
}

static void put_holder(struct buf *b, const struct cgi *c, const struct page *p)
{
	struct buf text;

	if (p->unchanged)
		buf_str(b, "<p>Nothing was changed: the incident has changed "
			   "since you opened this page.</p>\n");
	if (!p->by) {
		buf_str(b, "<p class=\"has nobody\">Nobody has acknowledged it yet.</p>\n");
		return;
	}
	buf_init(&text, TEXT_SIZE);
	cgi_ack_holder(&text, c, p->by, p->until);
	buf_str(b, "<p class=\"has\">");
	cgi_put_html(b, text.p);
	buf_str(b, "</p>\n");
	if (p->reason) {
		buf_str(b, "<p>");
		cgi_put_html(b, p->reason);
		buf_str(b, "</p>\n");
	}
	buf_release(&text);
}

/*
 * The name of who has it stands in the form: if another has it by the time that
 * the form comes, or the same form comes again, it changes nothing.
 */
static void put_from(struct buf *b, const struct page *p)
{
	if (!p->by)
		return;
	buf_str(b, "<input type=\"hidden\" name=\"from\" value=\"");
	cgi_put_html(b, p->by);
	buf_str(b, "\">\n");
}

static void put_forms(struct buf *b, const struct page *p, double hold_s)
{
	buf_str(b, "<form method=\"post\">\n");
	put_from(b, p);
	buf_fmt(b,
		"<label>%s<input name=\"by\" maxlength=\"%d\" "
		"autocomplete=\"name\"%s></label>\n"
		"<label>Note<input name=\"reason\" "
		"maxlength=\"%d\"></label>\n"
		"<button name=\"do\" value=\"take\">%s</button>\n</form>\n",
		p->by ? "New owner" : "Your name", BY_MAX,
		p->by ? " required" : "", REASON_MAX, p->by ? "Change the owner" : "Acknowledge");
	if (p->by) {
		buf_str(b, "<form method=\"post\">\n");
		put_from(b, p);
		buf_str(b, "<button class=\"less\" name=\"do\" value=\"back\">"
			   "Undo the acknowledgement</button>\n</form>\n");
	}
	buf_str(b, "<p>While it is acknowledged, nobody else is notified "
		   "until it ends, gets worse, or ");
	if (!p->by)
		phrase_duration(b, (long long)hold_s);
	buf_fmt(b,
		"%s passed. Acknowledging does not resolve it.</p>\n"
		"</main>\n",
		p->by ? "that time has" : " have");
}

static void put_page(struct cgi_answer *a, const struct cgi *c,
	const struct page *p)
{
	struct buf *b = &a->body;

	char title[sizeof p->slug + 32];

	a->type = CGI_HTML;
	if (p->shared)
		snprintf(title, sizeof title, "%s: %zu server%s",
			severity_name(p->severity), p->shared,
			p->shared == 1 ? "" : "s");
	else
		snprintf(title, sizeof title, "%s: %s",
			severity_name(p->severity),
			p->kind == ALERT_STALLED ? "monitoring"
				: strcmp(p->slug, SLUG_FLEET) == 0 ? "the fleet"
								   : p->slug);
	cgi_put_head(b, title);
	buf_str(b, "<p>");
	cgi_put_html(b, p->what);
	buf_str(b, "</p>\n");
	put_holder(b, c, p);
	put_facts(b, c, p);
	put_forms(b, p, c->conf->policy.ack_s);
}

static void page_release(struct page *p)
{
	free(p->what);
	free(p->from);
	free(p->by);
	free(p->reason);
	p->what = p->from = p->by = p->reason = NULL;
}

char *cgi_sentence(const struct alert_state *st, enum alert_kind kind,
	const char *zone, double now)
{
	struct alert_events l = {0};
	char *text = NULL;

	events_add(&l, st, kind, ALERT_STARTED, now);
	/* The sentence is about what is wrong, and not about who has it. */
	ack_release(&l.v[0].incident.ack);
	l.v[0].zone = zone;
	event_words(&l.v[0]);
	string_set(&text, l.v[0].summary);
	events_release(&l);
	return text;
}

static void read_one(const struct alert_state *st, enum alert_kind kind,
	const char *zone, double now, struct page *p)
{
	const struct incident *inc = &st->incidents[kind];
	struct buf b;

	free(p->what);
	p->what = cgi_sentence(st, kind, zone, now);
	buf_init(&b, TEXT_SIZE);
	if (inc->regions.n)
		phrase_cities(&b, &inc->regions);
	p->from = buf_take(&b);
	p->kind = kind;
	p->checks = incident_checks(inc, kind);
	p->severity = inc->severity;
	p->since = inc->first;
	p->shared = st->shared.left.n;
	if (!ack_holds(inc, now))
		return;
	string_set(&p->by, inc->ack.by);
	string_set(&p->reason, inc->ack.reason);
	p->until = inc->ack.until;
}

/* Whether the incident that a page is about is open; if so, it is read. */
static bool read_incident(const struct alert_state *st, const char *zone,
	double now, struct page *p)
{
	for (unsigned k = 0; k < ALERT_KINDS; k++) {
		const struct incident *inc = &st->incidents[k];
		char key[ALERT_KEY_SIZE];

		if (!inc->open || inc->superseded ||
			strcmp(dedup_key(st, (enum alert_kind)k, key),
				p->key) != 0)
			continue;
		read_one(st, (enum alert_kind)k, zone, now, p);
		return true;
	}
	return false;
}

const char *cgi_ack_test(const char *key)
{
	enum alert_kind kind;
	int64_t start;

	return alert_key_parse(key, &kind, &start) && kind == ALERT_TEST
		? "This was a test, and it arrived. There is nothing to "
		  "acknowledge."
		: NULL;
}

/* The link is wrong. */
static void say_nothing(struct cgi_answer *a)
{
	say(a, 404, "Not found", "There is nothing here.");
}

static void say_over(struct cgi_answer *a)
{
	say(a, 410, "Resolved", "This incident is no longer open.");
}

/* The store failed. */
static void say_unknown(struct cgi_answer *a)
{
	say(a, 503, "Try again",
		"The open incidents cannot be read: the store does not "
		"answer. Try again in a minute.");
}

/* The states of that server; without a store, those of the fleet alone; else
   NULL. */
static struct state_store *states_of(const struct cgi *c, const char *slug)
{
	if (c->store)
		return state_store_new(c->store);
	return c->outage && strcmp(slug, SLUG_FLEET) == 0
		? state_store_new_on(&file_backend, c->outage)
		: NULL;
}

/* The store does not answer, so nobody knows what is open. */
static void say_away(const struct page *p, struct cgi_answer *a)
{
	char text[2 * ALERT_KEY_SIZE + 200];

	snprintf(text, sizeof text,
		"The open incidents cannot be read, and nothing can be "
		"stored. Where mcp-alert runs, as its user: mcp-alert ack "
		"'%s'; or try again once the store is back.",
		p->key);
	say(a, 503, "The store does not answer", text);
}

/* Whether the incident is still open; if not, the answer says so. */
static bool still_open(
	const struct cgi *c, struct page *p, struct cgi_answer *a)
{
	const char *test = cgi_ack_test(p->key);
	struct state_store *sh;
	struct alert_state st;
	bool got, open = false;

	page_release(p);
	if (test) {
		say(a, 200, "This address works", test);
		return false;
	}
	sh = states_of(c, p->slug);
	got = sh && state_store_get(sh, p->slug, &st);
	if (got) {
		open = read_incident(&st, c->conf->zone, c->now, p);
		state_release(&st);
	}
	state_store_free(sh);
	if (!c->store && !open)
		say_away(p, a);
	else if (!got)
		say_unknown(a);
	else if (!open)
		say_over(a);
	return open;
}

/* That of a dedup_key: what stands before its first colon. */
static void slug_of(const char *key, char *slug)
{
	snprintf(slug, SLUG_MAX + 1, "%.*s", (int)strcspn(key, ":"), key);
}

bool cgi_ack_admit(struct cgi *c, struct cgi_answer *a)
{
	enum ack_token_result got = ACK_TOKEN_WRONG;
	char *secret = acknowledge_secret();

	if (secret)
		got = ack_token_read(secret, c->request.name, c->now, c->key,
			NULL);
	secret_free(secret);
	if (got == ACK_TOKEN_EXPIRED)
		say(a, 410, "Too old",
			"This address is too old; newer events have newer "
			"ones.");
	if (got == ACK_TOKEN_WRONG)
		say_nothing(a);
	return got == ACK_TOKEN_OK;
}

static struct page page_of(const struct cgi *c)
{
	struct page p = {.what = NULL};

	memcpy(p.key, c->key, sizeof p.key);
	slug_of(p.key, p.slug);
	return p;
}

void cgi_ack_get(const struct cgi *c, struct cgi_answer *a)
{
	struct page p = page_of(c);

	if (still_open(c, &p, a))
		put_page(a, c, &p);
	page_release(&p);
}

bool cgi_ack_apply(const struct cgi *c, const struct ack_request *q,
	struct ack_result *r)
{
	struct run setup = {
		.store = c->store,
		.conf = c->conf,
		.now = NAN,
		.queue_only = true,
		.alone = !c->store,
	};
	char slug[SLUG_MAX + 1], *secret;
	struct notifier *n;
	bool ok;

	slug_of(q->key, slug);
	setup.states = states_of(c, slug);
	if (!setup.states)
		return false;
	setup.secret = secret = acknowledge_secret();
	setup.maintenances = c->store ? maintenance_store_new(c->store) : NULL;
	n = notifier_new(&setup);
	*r = notifier_ack(n, slug, q);
	ok = !notifier_failed(n);
	notifier_free(n);
	maintenance_store_free(setup.maintenances);
	state_store_free(setup.states);
	secret_free(secret);
	return ok;
}

/* A field of the form, one clean line; NULL where it is missing or blank. */
static const char *read_field(const struct form *f, const char *name,
	size_t max, char *out, size_t size)
{
	const char *s = form_get(f, name);

	if (!s)
		return NULL;
	text_clean(s, strlen(s), out, size, max);
	return out[strspn(out, " ")] ? out : NULL;
}

void cgi_ack_post(const struct cgi *c, struct cgi_answer *a)
{
	struct page p = page_of(c);
	char by[4 * BY_MAX + 1], reason[4 * REASON_MAX + 1];
	struct ack_result r;
	struct form form;
	const char *what, *from;

	form_read(c->request.body.p, &form);
	what = form_get(&form, "do");
	from = form_get(&form, "from");
	if (still_open(c, &p, a)) {
		struct ack_request q = {
			.action = what && strcmp(what, "back") == 0 ? ACK_UNACK
								    : ACK_TAKE,
			.key = p.key,
			.by = read_field(&form, "by", BY_MAX, by, sizeof by),
			.from = from && *from ? from : NULL,
			.reason = read_field(&form, "reason", REASON_MAX,
				reason, sizeof reason),
			.for_s = c->conf->policy.ack_s,
		};

		if (!q.by)
			q.by = "somebody who was notified";
		if (!cgi_ack_apply(c, &q, &r))
			say(a, 503, "Try again", "That could not be stored.");
		else if (still_open(c, &p, a)) {
			p.unchanged = r.n == 0;
			put_page(a, c, &p);
		}
	}
	form_release(&form);
	page_release(&p);
}

/* The key of some test: the id of a test does not name it. */
#define ANY_TEST SLUG_FLEET ":test:60"

bool cgi_short_admit(struct cgi *c, struct cgi_answer *a)
{
	char *secret = acknowledge_secret();
	enum ack_short got = secret ? ack_short_read(secret, c->request.name)
				    : ACK_SHORT_WRONG;

	secret_free(secret);
	if (got == ACK_SHORT_TEST)
		memcpy(c->key, ANY_TEST, sizeof ANY_TEST);
	if (got == ACK_SHORT_WRONG)
		say_nothing(a);
	return got != ACK_SHORT_WRONG;
}

/* Whether st has the incident with that id, whose key is then in key. */
static bool is_of(const char *secret, const char *id,
	const struct alert_state *st, char *key)
{
	for (unsigned k = 0; k < ALERT_KINDS; k++) {
		const struct incident *inc = &st->incidents[k];

		if (inc->open && !inc->superseded &&
			ack_short_of(secret, id,
				dedup_key(st, (enum alert_kind)k, key)))
			return true;
	}
	return false;
}

/* Look it up among open incidents; key is "" if it is none of them. False: the
   store failed. */
static bool find_key(const struct cgi *c, const char *secret, char *key)
{
	struct state_store *states = state_store_new(c->store);
	struct strings slugs = {0};
	bool ok = state_store_open(c->store, &slugs), found = false;
	struct transaction *t = transaction_begin(states, &slugs);
	struct alert_state *st;
	size_t i;

	while (ok && !found && (st = transaction_next(t, &i)))
		found = is_of(secret, c->request.name, st, key);
	ok = ok && !transaction_failed(t);
	if (!found)
		*key = '\0';
	transaction_end(t);
	strings_release(&slugs);
	state_store_free(states);
	return ok;
}

/* The same request, with the key of its incident; false: it is answered. */
static bool resolve(struct cgi *c, struct cgi_answer *a)
{
	char *secret;
	bool ok;

	if (*c->key)
		return true;
	secret = acknowledge_secret();
	ok = secret && find_key(c, secret, c->key);
	secret_free(secret);
	if (!ok)
		say_unknown(a);
	else if (!*c->key)
		say_over(a);
	return *c->key;
}

void cgi_short_get(const struct cgi *c, struct cgi_answer *a)
{
	struct cgi own = *c;

	if (resolve(&own, a))
		cgi_ack_get(&own, a);
}

void cgi_short_post(const struct cgi *c, struct cgi_answer *a)
{
	struct cgi own = *c;

	if (resolve(&own, a))
		cgi_ack_post(&own, a);
}
