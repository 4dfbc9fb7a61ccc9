/* SPDX-License-Identifier: MIT */
/*
 * console_servers.c: all servers with their last verdicts and incidents, the
 * gravest first; and a page of each, which explains why it alerted,
 * or why not.
 */
#include "web/console.h"

#include "base/num.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "commands/commands.h"
#include "emit.h"
#include "incident/incident.h"
#include "json/json.h"
#include "records/probe.h"
#include "state/maintenance_store.h"
#include "state/state_store.h"
#include "state/stores.h"
#include "store/keys.h"
#include "store/store.h"
#include "words/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Servers of a page, and notes of a server. */
#define PAGE 100
#define NOTES 20
/* So many records of a day are looked at for notes. */
#define RECORDS 2000
#define DAY_S 86400
/* So many servers with an open incident are put in order by it. */
#define OPEN_MAX 20000
/* Bytes of an explanation that are shown. */
#define SHOWN_MAX (24 * 1024)
/* A verdict that is older says nothing of now, seconds. */
#define OLD_S 900

/* The last verdict on a server. */
struct server_verdict {
	enum verdict_colour colour;
	double at; /* its window; NAN: none can be read */
	struct strings failing; /* regions, to be released */
};

static void read_verdict(const char *text, struct server_verdict *v)
{
	char why[RECORD_WHY];
	cJSON *doc = json_parse(text, strlen(text), &json_record, why);
	const char *colour = doc ? json_str(doc, "verdict") : NULL;
	const cJSON *failing = doc ? json_get(doc, "failing") : NULL, *region;

	if (colour && verdict_colour_parse(colour, &v->colour) &&
		json_num(doc, "window", &v->at)) {
		cJSON_ArrayForEach(region, failing)
			if (cJSON_IsString(region))
				strings_add(&v->failing, region->valuestring);
	} else {
		v->at = NAN;
	}
	cJSON_Delete(doc);
}

/* Read the verdict on each slug into out[i]. */
static void read_verdicts(const struct cgi *c, const struct strings *slugs,
	struct server_verdict *out)
{
	char key[KEY_MAX];
	const char *ask[] = {"GET", key}, *text;
	size_t first = 0, at;
	bool asked;

	for (size_t i = 0; i < slugs->n; i++) {
		key_verdict(key, slugs->v[i]);
		at = store_ask_argv(c->store, 2, ask);
		first = i ? first : at;
		out[i] = (struct server_verdict) {.at = NAN};
	}
	/* The user of the store may not be allowed to. */
	asked = slugs->n && !store_run(c->store);
	for (size_t i = 0; asked && i < slugs->n; i++) {
		text = store_text(store_reply(c->store, first + i));
		if (text)
			read_verdict(text, &out[i]);
	}
}

/* Append its colour. False: it says nothing of now. */
static bool put_colour(
	struct buf *b, const struct cgi *c, const struct server_verdict *v)
{
	const char *name = verdict_colour_name(v->colour);

	if (isnan(v->at) || v->at < c->now - OLD_S)
		return false;
	console_fmt(b, "<b class='%s'>%s</b>", name, name);
	return true;
}

/* Append what the colours mean. */
static void put_colours(struct buf *b)
{
	buf_str(b, "<small>green: no region fails; amber: some fail, and too few "
		   "agree; red: they agree, or all fail; unknown: too few "
		   "report</small>");
}

static const struct incident *worst(
	const struct alert_state *st, enum alert_kind *kind)
{
	const struct incident *found = NULL;

	for (unsigned k = 0; k < ALERT_KINDS; k++) {
		const struct incident *inc = &st->incidents[k];

		if (!inc->open || inc->superseded ||
			(found && found->severity <= inc->severity))
			continue;
		found = inc;
		*kind = (enum alert_kind)k;
	}
	return found;
}

/* The verdict on a server, and its worst incident. */
static void put_condition(struct buf *b, const struct cgi *c,
	const struct alert_state *st, const struct server_verdict *v)
{
	enum alert_kind kind = ALERT_DOWNTIME;
	const struct incident *inc = worst(st, &kind);

	buf_str(b, "<td>");
	put_colour(b, c, v);
	buf_str(b, "</td>");
	if (inc) {
		console_fmt(b, "<td><b class='%s'>%s</b> %s since ",
			severity_name(inc->severity),
			severity_name(inc->severity), alert_kind_name(kind));
		console_time(b, c, (double)inc->first);
	} else if (st->revision <= 0 || !st->window) {
		buf_str(b, "<td class=\"old\">no verdict yet");
	} else if ((double)st->window < c->now - OLD_S) {
		buf_str(b, "<td class=\"old\">no verdict since ");
		console_time(b, c, (double)st->window);
	} else {
		buf_str(b, "<td>no incident");
	}
	if (st->maintenance.active && c->now < (double)st->maintenance.end)
		buf_str(b, ", under maintenance");
	buf_str(b, "</td></tr>\n");
}

/* A server of the list, and its place: by the severity of its worst incident; then
   those whose incident cannot be read; then those without one. */
struct listed {
	const char *slug;
	int place;
};

enum { PLACE_OPEN = SEVERITY_P3 + 1, PLACE_OTHERS };

static int by_place(const void *a, const void *b)
{
	const struct listed *x = a, *y = b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return strcmp(x->slug, y->slug);
}

/* Of n servers, put the first ones, which have an incident, in their places. */
static bool place_open(const struct cgi *c, struct listed *v, size_t n)
{
	struct state_store *states = state_store_new(c->store);
	struct strings open = {0};
	enum alert_kind kind;
	struct transaction *t;
	struct alert_state *st;
	const struct incident *inc;
	bool ok;
	size_t i;

	for (i = 0; i < n && i < OPEN_MAX && v[i].place == PLACE_OPEN; i++)
		strings_add(&open, v[i].slug);
	t = transaction_begin(states, &open);
	while ((st = transaction_next(t, &i))) {
		inc = worst(st, &kind);
		if (inc)
			v[i].place = (int)inc->severity;
	}
	ok = !transaction_failed(t);
	transaction_end(t);
	strings_release(&open);
	state_store_free(states);
	return ok;
}

/* Add the slugs that contain that text and that the session may see, the gravest
   incident first. False: the store failed. */
static bool find_servers(
	const struct cgi *c, const char *part, struct strings *out)
{
	size_t n = 0, most = conf_count(c->conf);
	struct listed *v = xcalloc(most + 1, sizeof *v);
	struct strings open = {0};
	bool ok = state_store_open(c->store, &open);

	for (size_t i = 0; i < most; i++) {
		const char *slug = conf_server_slug(c->conf, i);

		if (strstr(slug, part) && console_may(c, slug))
			v[n++] = (struct listed) {slug,
				strings_has_sorted(&open, slug) ? PLACE_OPEN
								: PLACE_OTHERS};
	}
	qsort(v, n, sizeof *v, by_place);
	ok = place_open(c, v, n) && ok;
	qsort(v, n, sizeof *v, by_place);
	for (size_t i = 0; i < n; i++)
		strings_add(out, v[i].slug);
	strings_release(&open);
	free(v);
	return ok;
}

static bool put_rows(struct buf *b, const struct cgi *c,
	const struct strings *slugs, size_t from)
{
	struct state_store *states = state_store_new(c->store);
	struct server_verdict verdicts[PAGE];
	struct strings some = {0};
	struct transaction *t;
	struct alert_state *st;
	bool ok;
	size_t i;

	for (i = from; i < slugs->n && i < from + PAGE; i++)
		strings_add(&some, slugs->v[i]);
	read_verdicts(c, &some, verdicts);
	t = transaction_begin(states, &some);
	while ((st = transaction_next(t, &i))) {
		console_fmt(b,
			"<tr data-server='%s' tabindex='-1'><th>"
			"<a href='/ops/server/%s'>%s</a></th>",
			some.v[i], some.v[i], some.v[i]);
		put_condition(b, c, st, &verdicts[i]);
	}
	ok = !transaction_failed(t);
	transaction_end(t);
	for (i = 0; i < some.n; i++)
		strings_release(&verdicts[i].failing);
	strings_release(&some);
	state_store_free(states);
	return ok;
}

static size_t asked_page(const struct cgi *c, size_t n)
{
	char text[16];
	long long page = 1;

	if (!request_query(&c->request.http, "page", text, sizeof text) ||
		!num_parse(text, 1, 1000000, &page))
		page = 1;
	return ((size_t)page - 1) * PAGE < n ? (size_t)page - 1 : 0;
}

static void put_more_pages(struct buf *b, const char *part, size_t page,
	size_t n)
{
	if (n <= PAGE)
		return;
	console_fmt(b, "<p class='pages'>%zu servers ", n);
	if (page)
		console_fmt(b, "<a href='/ops/servers?q=%s&amp;page=%zu'>"
			       "before</a> ",
			part, page);
	if ((page + 1) * PAGE < n)
		console_fmt(b, "<a href='/ops/servers?q=%s&amp;page=%zu'>next"
			       "</a>",
			part, page + 2);
	buf_str(b, "</p>\n");
}

void console_servers(const struct cgi *c, struct cgi_answer *a)
{
	struct buf *b = &a->body;
	struct strings slugs = {0};
	char part[SLUG_MAX + 1];
	size_t page;
	bool ok;

	if (!request_query(&c->request.http, "q", part, sizeof part) ||
		!slug_valid(part))
		*part = '\0';
	ok = find_servers(c, part, &slugs);
	page = asked_page(c, slugs.n);
	console_begin(c, a, "Servers");
	console_fmt(b,
		"<form action='/ops/servers'><label>Name<input name='q' "
		"value='%s' autocapitalize='none'></label>"
		"<button class='less'>Search</button></form>\n<table>\n"
		"<tr><th>Server</th><th>Verdict</th><th>Incident</th></tr>\n",
		part);
	ok = put_rows(b, c, &slugs, page * PAGE) && ok;
	buf_str(b, "</table>\n");
	if (!slugs.n)
		buf_str(b, "<p>There is no such server.</p>\n");
	buf_str(b, "<p>");
	put_colours(b);
	buf_str(b, "</p>\n");
	put_more_pages(b, part, page, slugs.n);
	console_end(c, a);
	if (!ok)
		console_refuse(c, a, 503, "Servers cannot be read: " CONSOLE_AWAY);
	strings_release(&slugs);
}

/* Changes and notes by people, the newest first. */
static void put_notes(
	struct buf *b, const struct cgi *c, const struct history *h)
{
	size_t n = 0;

	for (size_t i = h->n; i-- > 0 && n < NOTES;) {
		const struct history_record *r = &h->v[i];

		if (strcmp(r->slug, c->request.name) != 0 ||
			(strcmp(r->what, HISTORY_NOTE) != 0 &&
				strcmp(r->what, HISTORY_BY_HAND) != 0))
			continue;
		buf_str(b, n++ ? "<li>" : "<h2>Notes and changes</h2>\n<ul>\n"
					  "<li>");
		console_time(b, c, r->at);
		buf_str(b, " ");
		console_short(b, r->text, 600);
		buf_str(b, "</li>\n");
	}
	if (n)
		buf_str(b, "</ul>\n");
}

static void put_explanation(
	struct buf *b, const struct cgi *c, struct alert_state *st)
{
	struct run run = {
		.store = c->store,
		.conf = c->conf,
		.now = NAN,
		.text = true,
		.zone = c->conf->zone,
		.maintenances = maintenance_store_new(c->store),
	};
	struct buf text;

	buf_init(&text, EXPLAIN_MAX);
	show_explanation(&run, st, c->now, &text);
	if (text.len > SHOWN_MAX)
		buf_cut(&text, SHOWN_MAX);
	buf_str(b, "<h2>Why it alerted, or why not</h2>\n<pre>");
	cgi_put_html(b, text.p);
	buf_str(b, "</pre>\n");
	buf_release(&text);
	maintenance_store_free(run.maintenances);
}

/* "The verdict is amber, at 14:05; fails from ap." */
static void put_verdict(struct buf *b, const struct cgi *c)
{
	struct strings slug = {0};
	struct server_verdict v;
	size_t start = b->len;

	strings_add(&slug, c->request.name);
	read_verdicts(c, &slug, &v);
	buf_str(b, "<p>The verdict is ");
	if (put_colour(b, c, &v)) {
		buf_str(b, ", at ");
		console_time(b, c, v.at);
		for (size_t i = 0; i < v.failing.n; i++)
			console_fmt(b, "%s%s", i ? ", " : "; fails from ",
				v.failing.v[i]);
		buf_str(b, ". ");
		put_colours(b);
		buf_str(b, "</p>\n");
	} else {
		buf_cut(b, start);
	}
	strings_release(&v.failing);
	strings_release(&slug);
}

/* Whose server it is, as the configuration says. */
static void put_owner(struct buf *b, const struct cgi *c)
{
	struct conf_server s;

	if (!conf_server(c->conf, c->request.name, &s) ||
		(!s.owner && !s.n_labels))
		return;
	buf_str(b, "<p>");
	if (s.owner) {
		buf_str(b, "Owner: ");
		console_short(b, s.owner, 200);
		buf_str(b, ". ");
	}
	for (size_t i = 0; i < s.n_labels; i++)
		console_fmt(b, "%s%s: %s", i ? ", " : "", s.labels[i].name,
			s.labels[i].value);
	buf_str(b, "</p>\n");
}

static void put_server_links(struct buf *b, const struct cgi *c)
{
	const char *slug = c->request.name;
	struct buf dashboard;

	if (!slug_valid(slug))
		return;
	console_fmt(b,
		"<p class='pages'><a href='/ops/mutes?to=silence&amp;server=%s'>"
		"Mute it</a> <a href='/ops/mutes?to=maintenance&amp;server=%s'>"
		"Plan a maintenance</a>",
		slug, slug);
	buf_init(&dashboard, TEXT_SIZE);
	emit_dashboard(c->conf, slug, &dashboard);
	if (dashboard.len)
		console_fmt(b, " <a href='%s'>Dashboard</a>", dashboard.p);
	buf_release(&dashboard);
	buf_str(b, "</p>\n");
	if (!console_all(c) || conf_place(c->conf, slug) == CONF_NOWHERE)
		return;
	console_form(b, c, "test");
	console_back(b, "server");
	console_fmt(b,
		"<input type='hidden' name='server' value='%s'>"
		"<button class='less'>Send a test to its routes</button>"
		"</form>\n",
		slug);
}

/* For operators: an account may be a customer; routes, delivery errors and
   reasons of silences are not for it. */
static void put_for_operators(
	struct buf *b, const struct cgi *c, struct alert_state *st)
{
	struct history h = {0};

	history_store_last(c->store, c->now - DAY_S, c->now, RECORDS, &h);
	buf_str(b, "<ul>\n");
	if (!console_test_alerts(b, c, st, &h, NULL))
		buf_cut(b, b->len - strlen("<ul>\n"));
	else
		buf_str(b, "</ul>\n");
	put_owner(b, c);
	put_explanation(b, c, st);
	put_notes(b, c, &h);
	history_store_release(&h);
}

void console_server_page(const struct cgi *c, struct cgi_answer *a)
{
	const char *slug = c->request.name;
	struct state_store *states = state_store_new(c->store);
	struct maintenance_store *mutes = maintenance_store_new(c->store);
	struct buf *b = &a->body;
	struct alert_state st;

	if (!maintenance_store_load(mutes, c->now) ||
		!state_store_get(states, slug, &st)) {
		console_refuse(c, a, 503,
			"This server cannot be read: " CONSOLE_AWAY);
	} else {
		console_begin_below(c, a, "Servers",
			strcmp(slug, SLUG_FLEET) == 0 ? "The fleet" : slug);
		if (slug_valid(slug))
			put_verdict(b, c);
		for (unsigned k = 0; k < ALERT_KINDS; k++)
			if (st.incidents[k].open && !st.incidents[k].superseded)
				console_incident(b, c, mutes, &st,
					(enum alert_kind)k, true);
		put_server_links(b, c);
		if (console_all(c))
			put_for_operators(b, c, &st);
		console_end(c, a);
		state_release(&st);
	}
	maintenance_store_free(mutes);
	state_store_free(states);
}
