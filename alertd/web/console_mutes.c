/* SPDX-License-Identifier: MIT */
/*
 * console_mutes.c: silences and maintenances, now and to come, and the forms that
 * add them.
 */
#include "web/console.h"

#include "base/text.h"
#include "base/xalloc.h"
#include "base/zone.h"
#include "commands/commands.h"
#include "records/silence.h"
#include "routing/routing.h"
#include "state/maintenance_store.h"
#include "words/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows of the page, and characters of what each says. */
#define ROWS 60
#define WHAT_MAX 200

/* The names of the two forms. */
#define SILENCE "silence"
#define MAINTENANCE "maintenance"
#define FOCUS " autofocus"

/* A silence or a maintenance that is on or to come. */
struct mute {
	const struct silence *silence;
	const struct maintenance *maintenance;
	const char *state;
	struct occurrence at;
};

struct mutes {
	struct mute *v;
	size_t n, cap;
};

static void add(struct mutes *l, struct mute m)
{
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n++] = m;
}

/* Whether the session may see what is about these servers. */
static bool may_see(const struct cgi *c, const char *const *slugs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!console_may(c, slugs[i]))
			return false;
	return n || console_all(c);
}

static bool goes_on(const char *state)
{
	return strcmp(state, "ended") != 0 && strcmp(state, "cancelled") != 0;
}

static int by_start(const void *a, const void *b)
{
	const struct mute *x = a, *y = b;

	return (x->at.start > y->at.start) - (x->at.start < y->at.start);
}

static void collect_mutes(const struct cgi *c,
	const struct maintenance_store *store, struct mutes *l)
{
	double cap_s = c->conf->policy.maintenance_s;
	const struct maintenance *m;
	const struct silence *s;
	size_t n;

	s = maintenance_store_silences(store, &n);
	for (size_t i = 0; i < n; i++) {
		const char *state = silence_shown(&s[i], c->now);

		if (goes_on(state) && may_see(c, s[i].slugs, s[i].n_slugs))
			add(l, (struct mute) {.silence = &s[i], .state = state,
				.at = {true, s[i].starts_at,
					silence_end(&s[i]), NULL}});
	}
	for (size_t i = 0; (m = maintenance_store_get(store, i)); i++) {
		struct mute one = {.maintenance = m};

		one.state = maintenance_shown(m, c->now, cap_s, &one.at);
		if (goes_on(one.state) && may_see(c, m->slugs, m->n_slugs))
			add(l, one);
	}
	if (l->n)
		qsort(l->v, l->n, sizeof *l->v, by_start);
}

static void put_what(struct buf *b, const struct mute *m)
{
	struct buf text;

	buf_init(&text, 65536);
	if (m->silence)
		silence_put_what(&text, m->silence);
	else
		maintenance_put_what(&text, m->maintenance);
	console_short(b, text.p, WHAT_MAX);
	buf_release(&text);
}

static void put_mute(struct buf *b, const struct cgi *c, const struct mute *m)
{
	const char *reason = m->silence ? m->silence->reason
					: m->maintenance->reason;
	const char *by = m->silence ? m->silence->by : m->maintenance->by;
	const char *type = m->silence ? "mute" : MAINTENANCE;
	const char *button = strcmp(m->state, "active") == 0 ? "End it"
							     : "Cancel it";

	console_fmt(b,
		"<article class='mute' id='%s' tabindex='-1'>\n<h2><b>%s</b> ",
		m->silence ? m->silence->id : m->maintenance->id, m->state);
	put_what(b, m);
	console_fmt(b, " <small>%s</small></h2>\n<p>", type);
	console_span(b, c, (double)m->at.start, (double)m->at.end);
	phrase_zone(b, c->conf->zone);
	if (reason) {
		buf_str(b, ": ");
		console_short(b, reason, WHAT_MAX);
	}
	if (by) {
		buf_str(b, " (");
		console_short(b, by, 100);
		buf_char(b, ')');
	}
	buf_str(b, "</p>\n");
	console_form(b, c, m->silence ? "end-silence" : "end-maintenance");
	console_back(b, "mutes");
	console_fmt(b,
		"<input type='hidden' name='id' value='%s'>"
		"<button class='less' aria-label='%s: %s of ",
		m->silence ? m->silence->id : m->maintenance->id, button, type);
	put_what(b, m);
	console_fmt(b, "'>%s</button></form>\n</article>\n", button);
}

/* The line of time: what it shows from now on, and between its marks. */
struct line {
	double span; /* seconds */
	int step;    /* minutes of a day */
};

#define DAY_S 86400
static const struct line day_line = {DAY_S, 360}, week_line = {7 * DAY_S, 1440};

/* A day, unless something begins later. */
static const struct line *line_of(const struct cgi *c, const struct mutes *l)
{
	for (size_t i = 0; i < l->n && i < ROWS; i++)
		if ((double)l->v[i].at.start > c->now + DAY_S)
			return &week_line;
	return &day_line;
}

/* A bar, where its time begins within the line. */
static bool put_bar(struct buf *b, const struct cgi *c,
	const struct line *line, const struct occurrence *at)
{
	double from = ((double)at->start - c->now) / line->span;
	double to = ((double)at->end - c->now) / line->span;

	if (!at->found || from >= 1)
		return false;
	from = fmax(from, 0);
	to = fmin(to, 1);
	console_fmt(b, "<i style='left:%.2f%%;width:%.2f%%'></i>", 100 * from,
		100 * fmax(to - from, 0));
	return true;
}

/* All times of one of them. */
static void put_bars(struct buf *b, const struct cgi *c,
	const struct line *line, const struct mute *m)
{
	struct occurrence at = m->at;
	int most = 8;

	console_fmt(b, "<div class='%s'><span>",
		m->silence ? "hush" : "work");
	put_what(b, m);
	buf_str(b, "</span><span class=\"track\">");
	at.found = true;
	while (most-- > 0 && put_bar(b, c, line, &at) && m->maintenance)
		at = maintenance_next(m->maintenance, (double)at.start,
			c->conf->policy.maintenance_s);
	buf_str(b, "</span></div>\n");
}

/* "06:00", 3 % from the left; or, of a week, "Sat". */
static void put_mark(struct buf *b, const struct cgi *c,
	const struct line *line, double at)
{
	double left = 100 * (at - c->now) / line->span;

	/* There is "now", or there is no room. */
	if (left < 11 || left > 86)
		return;
	console_fmt(b, "<b style='left:%.2f%%'>", left);
	if (line == &day_line)
		phrase_time(b, (int64_t)at, false, c->conf->zone);
	else
		buf_str(b, zone_weekdays[zone_local(c->conf->zone, at).weekday]);
	buf_str(b, "</b>");
}

static void put_marks(
	struct buf *b, const struct cgi *c, const struct line *line)
{
	struct zone_time t = zone_local(c->conf->zone, c->now);
	double at;

	buf_str(b, "<b>now</b>");
	t.minute -= t.minute % line->step;
	do {
		t.minute += line->step;
		at = zone_instant(c->conf->zone, &t);
		put_mark(b, c, line, at);
	} while (at < c->now + line->span);
}

/* The list below says in words what the line shows. */
static void put_time_line(
	struct buf *b, const struct cgi *c, const struct mutes *l)
{
	const struct line *line = line_of(c, l);

	console_fmt(b,
		"<div class='line' role='img' aria-label='The next %s on a line "
		"of time: all of it is listed below'>\n<div><span></span>"
		"<span class='marks'>",
		line == &day_line ? "24 hours" : "7 days");
	put_marks(b, c, line);
	buf_str(b, "</span></div>\n");
	for (size_t i = 0; i < l->n && i < ROWS; i++)
		put_bars(b, c, line, &l->v[i]);
	buf_str(b, "</div>\n");
}

/* The fields that few need. */
static void put_rare(struct buf *b, const struct cgi *c, const char *what)
{
	bool silence = strcmp(what, SILENCE) == 0;

	if (!silence && !console_all(c))
		return;
	buf_str(b, "<details><summary>More</summary>\n");
	if (silence) {
		console_input(b, what, "kind", "");
		console_input(b, what, "region", "");
		console_input(b, what, "step", "");
	} else {
		console_input(b, what, "account", "");
	}
	buf_str(b, "</details>\n");
}

/* A form that adds one. The first field to fill in has the focus, where a key or
   a link has led to it. */
static void put_adding(struct buf *b, const struct cgi *c, const char *slug,
	const char *what, bool here)
{
	bool silence = strcmp(what, SILENCE) == 0;
	char more[SLUG_MAX + 80];

	console_form(b, c, what);
	console_back(b, "mutes");
	snprintf(more, sizeof more, " value=\"%s\"%s", slug,
		here && !*slug ? FOCUS : "");
	console_input(b, what, "servers", more);
	console_input(b, what, "start",
		here && *slug && !silence ? FOCUS : "");
	console_label(b, what, "for");
	buf_str(b,
		"<select name=\"for\"><option value=\"1h\">an hour"
		"</option><option value=\"2h\">2 hours</option>"
		"<option value=\"4h\">4 hours</option>"
		"<option value=\"1d\">a day</option></select></label>\n");
	console_input(b, what, "custom", "");
	console_input(b, what, "end", "");
	if (!silence)
		console_input(b, what, "every", "");
	console_input(b, what, "text", here && *slug && silence ? FOCUS : "");
	put_rare(b, c, what);
	console_fmt(b, "<button>%s</button></form>\n",
		silence ? "Mute" : "Add it");
}

static void put_forms(struct buf *b, const struct cgi *c)
{
	char slug[SLUG_MAX + 1], to[16];

	if (!request_query(&c->request.http, "server", slug, sizeof slug) ||
		!slug_valid(slug))
		*slug = '\0';
	if (!request_query(&c->request.http, "to", to, sizeof to))
		*to = '\0';
	buf_str(b, "<datalist id=\"starts\"><option>now</option>"
		   "<option>+10m</option><option>tomorrow 02:00</option>"
		   "</datalist>\n");
	buf_str(b, "<section id=\"silence\" aria-label=\"Mute alerts\">"
		   "<h2>Mute alerts</h2>\n");
	put_adding(b, c, slug, SILENCE, strcmp(to, SILENCE) == 0);
	buf_str(b, "</section>\n<section id=\"maintenance\" "
		   "aria-label=\"Add a maintenance\"><h2>Add a maintenance</h2>\n");
	put_adding(b, c, slug, MAINTENANCE, strcmp(to, MAINTENANCE) == 0);
	buf_str(b, "</section>\n");
}

struct console_mute console_muted(const struct cgi *c,
	struct maintenance_store *mutes, const struct alert_state *st,
	enum alert_kind kind)
{
	const struct silence *s;
	struct conf_server server;
	struct occurrence at;
	size_t n;

	s = maintenance_store_silences(mutes, &n);
	s = silence_hold_of(st, kind, s, n, c->now);
	if (s)
		return (struct console_mute) {(double)silence_end(s), "",
			s->reason, s->by,
			may_see(c, s->slugs, s->n_slugs) ? s->id : NULL, false};
	if (kind == ALERT_MANUAL || !conf_server(c->conf, st->slug, &server))
		return (struct console_mute) {0};
	at = maintenance_store_at(mutes, st->slug, server.account, c->now,
		c->conf->policy.maintenance_s);
	if (!occurrence_covers(&at, c->now))
		return (struct console_mute) {0};
	return (struct console_mute) {(double)at.end,
		" by a maintenance", at.of->reason, at.of->by,
		may_see(c, at.of->slugs, at.of->n_slugs) ? at.of->id : NULL,
		true};
}

/* "phone is muted until 10:23." */
static void put_muted(
	struct buf *b, const struct cgi *c, const struct mute *m)
{
	put_what(b, m);
	buf_str(b, m->silence->n_slugs == 1 ? " is muted " : " are muted ");
	if ((double)m->at.start > c->now) {
		buf_str(b, "from ");
		console_span(b, c, (double)m->at.start, (double)m->at.end);
	} else {
		buf_str(b, "until ");
		console_time(b, c, (double)m->at.end);
	}
	buf_char(b, '.');
}

/* "The maintenance of phone, 02:00 to 03:00, is added." */
static void put_added(struct buf *b, const struct cgi *c, const struct mute *m)
{
	buf_str(b, "The maintenance of ");
	put_what(b, m);
	buf_str(b, ", ");
	console_span(b, c, (double)m->at.start, (double)m->at.end);
	buf_str(b, ", is added.");
}

/* Find the mute or maintenance with that id. False: the session may see none. */
static bool find_mute(const struct cgi *c, const struct maintenance_store *store,
	const char *id, struct mute *out)
{
	size_t n;
	const struct silence *s = maintenance_store_silences(store, &n);
	const struct maintenance *m;

	for (size_t i = 0; i < n; i++)
		if (strcmp(s[i].id, id) == 0) {
			*out = (struct mute) {.silence = &s[i],
				.at = {true, s[i].starts_at,
					silence_end(&s[i]), NULL}};
			return may_see(c, s[i].slugs, s[i].n_slugs);
		}
	m = maintenance_store_find(store, id);
	if (!m)
		return false;
	*out = (struct mute) {.maintenance = m};
	maintenance_shown(m, c->now, c->conf->policy.maintenance_s, &out->at);
	return may_see(c, m->slugs, m->n_slugs);
}

bool console_mute_done(struct buf *b, const struct cgi *c, const char *done,
	const char *id)
{
	struct maintenance_store *store = maintenance_store_new(c->store);
	struct mute m;
	bool ok = maintenance_store_load(store, c->now) &&
		find_mute(c, store, id, &m);

	if (ok && strncmp(done, "end-", 4) == 0) {
		console_fmt(b, "The %s of ", m.silence ? "mute" : MAINTENANCE);
		put_what(b, &m);
		buf_str(b, " has ended.");
	} else if (ok && m.silence) {
		put_muted(b, c, &m);
	} else if (ok) {
		put_added(b, c, &m);
	}
	maintenance_store_free(store);
	return ok;
}

void console_mutes(const struct cgi *c, struct cgi_answer *a)
{
	struct maintenance_store *store = maintenance_store_new(c->store);
	struct buf *b = &a->body;
	struct mutes l = {0};

	if (maintenance_store_load(store, c->now)) {
		console_begin(c, a, "Mutes and maintenances");
		buf_str(b, "<p class=\"pages\"><a href=\"#silence\">Mute alerts"
			   "</a> <a href=\"#maintenance\">Add a maintenance</a>"
			   "</p>\n");
		collect_mutes(c, store, &l);
		if (!l.n)
			buf_str(b, "<p class=\"fine\">There are none now, and "
				   "none are planned.</p>\n");
		else
			put_time_line(b, c, &l);
		for (size_t i = 0; i < l.n && i < ROWS; i++)
			put_mute(b, c, &l.v[i]);
		if (l.n > ROWS)
			console_fmt(b, "<p>And %zu more.</p>\n", l.n - ROWS);
		put_forms(b, c);
		console_end(c, a);
	} else {
		console_refuse(c, a, 503,
			"Mutes and maintenances cannot be read: " CONSOLE_AWAY);
	}
	free(l.v);
	maintenance_store_free(store);
}
