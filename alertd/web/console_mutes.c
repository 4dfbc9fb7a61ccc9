/* SPDX-License-Identifier: MIT */
/*
 * console_mutes.c: silences and maintenances, now and to come, and the forms that
 * add them.
 */
#include "web/console.h"

#include "base/text.h"
#include "base/xalloc.h"
#include "commands/commands.h"
#include "records/silence.h"
#include "state/maintenance_store.h"
#include "words/words.h"

#include <stdlib.h>
#include <string.h>

/* Rows of the page, and characters of what each says. */
#define ROWS 60
#define WHAT_MAX 200

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
	const struct maintenance *t = m->maintenance;
	char days[MAINTENANCE_DAYS];
	struct buf text;

	buf_init(&text, 65536);
	if (m->silence)
		silence_put_what(&text, m->silence);
	for (size_t i = 0; t && i < t->n_slugs; i++)
		buf_fmt(&text, "%s%s", i ? ", " : "", t->slugs[i]);
	for (size_t i = 0; t && i < t->n_accounts; i++)
		buf_fmt(&text, "%saccount %s", i || t->n_slugs ? ", " : "",
			t->accounts[i]);
	if (t && t->every) {
		maintenance_put_days(t->every, days);
		buf_fmt(&text, " (%s)", days);
	}
	console_short(b, text.p, WHAT_MAX);
	buf_release(&text);
}

/* Where it lies in the 24 hours from now on. */
static void put_bar(struct buf *b, const struct cgi *c, const struct mute *m)
{
	double day = 86400, from = (double)m->at.start - c->now;
	double to = (double)m->at.end - c->now;

	from = from < 0 ? 0 : from > day ? day : from;
	to = to < from ? from : to > day ? day : to;
	if (to > from)
		console_fmt(b,
			"<div class='bar'><i style='margin-left:%d%%;"
			"width:%d%%'></i></div>\n",
			(int)(from / day * 99), (int)((to - from) / day * 99) + 1);
}

static void put_mute(struct buf *b, const struct cgi *c, const struct mute *m)
{
	const char *reason = m->silence ? m->silence->reason
					: m->maintenance->reason;
	const char *by = m->silence ? m->silence->by : m->maintenance->by;

	console_fmt(b, "<article class='mute' tabindex='-1'>\n<h2><b>%s</b> ",
		m->state);
	put_what(b, m);
	console_fmt(b, " <small>%s</small></h2>\n<p>",
		m->silence ? "silence" : "maintenance");
	console_time(b, c, (double)m->at.start);
	buf_str(b, " to ");
	console_time(b, c, (double)m->at.end);
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
	put_bar(b, c, m);
	console_form(b, c, m->silence ? "end-silence" : "end-maintenance");
	console_back(b, "mutes");
	console_fmt(b,
		"<input type='hidden' name='id' value='%s'>"
		"<button class='less'>%s</button></form>\n</article>\n",
		m->silence ? m->silence->id : m->maintenance->id,
		strcmp(m->state, "active") == 0 ? "End it" : "Cancel it");
}

static void put_fields(struct buf *b, const char *slug, bool silence)
{
	console_fmt(b,
		"<label>Servers<input name='servers' value='%s' "
		"placeholder='shop search' autocapitalize='none'%s></label>\n",
		slug, silence ? "" : " required");
	if (silence)
		buf_str(b,
			"<label>Kinds of incidents, if not all"
			"<input name=\"kind\" placeholder=\"regional\" "
			"autocapitalize=\"none\"></label>\n");
	buf_str(b,
		"<label>From<input name=\"start\" placeholder=\"now, 2:00, "
		"+10m\"></label>\n"
		"<label>How long<select name=\"for\"><option value=\"1h\">an hour"
		"</option><option value=\"4h\">4 hours</option>"
		"<option value=\"1d\">a day</option></select></label>\n"
		"<label>or<input name=\"custom\" placeholder=\"90m\" size=\"6\">"
		"</label>\n");
	if (!silence)
		buf_str(b,
			"<label>Every<input name=\"every\" "
			"placeholder=\"mon,thu or daily\"></label>\n");
	console_fmt(b,
		"<label class='wide'>Why<input name='text' maxlength='300'%s></label>\n"
		"<button>%s</button></form>\n",
		silence ? " required" : "", silence ? "Silence" : "Add it");
}

static void put_adding(struct buf *b, const struct cgi *c)
{
	char slug[SLUG_MAX + 1];

	if (!request_query(&c->request.http, "server", slug, sizeof slug) ||
		!slug_valid(slug))
		*slug = '\0';
	buf_str(b, "<section id=\"silence\"><h2>Silence alerts</h2>\n");
	console_form(b, c, "silence");
	console_back(b, "mutes");
	put_fields(b, slug, true);
	buf_str(b, "</section>\n<section id=\"maintenance\">"
		   "<h2>Add a maintenance</h2>\n");
	console_form(b, c, "maintenance");
	console_back(b, "mutes");
	put_fields(b, slug, false);
	buf_str(b, "</section>\n");
}

void console_mutes(const struct cgi *c, struct cgi_answer *a)
{
	struct maintenance_store *store = maintenance_store_new(c->store);
	struct buf *b = &a->body;
	struct mutes l = {0};

	if (maintenance_store_load(store, c->now)) {
		console_begin(c, a, "Silences and maintenances");
		collect_mutes(c, store, &l);
		if (!l.n)
			buf_str(b, "<p class=\"fine\">There are none now, and "
				   "none are planned.</p>\n");
		for (size_t i = 0; i < l.n && i < ROWS; i++)
			put_mute(b, c, &l.v[i]);
		if (l.n > ROWS)
			console_fmt(b, "<p>And %zu more.</p>\n", l.n - ROWS);
		put_adding(b, c);
		console_end(c, a);
	} else {
		console_refuse(c, a, 503, "They cannot be read now.");
	}
	free(l.v);
	maintenance_store_free(store);
}
