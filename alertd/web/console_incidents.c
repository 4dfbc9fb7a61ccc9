/* SPDX-License-Identifier: MIT */
/*
 * console_incidents.c: open incidents with their forms, the worst first.
 */
#include "web/console.h"

#include "base/num.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "commands/commands.h"
#include "emit.h"
#include "incident/incident.h"
#include "state/maintenance_store.h"
#include "state/state_store.h"
#include "words/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Incidents on a page, and how many states are read for it. */
#define PAGE 50
#define READ_MAX 20000
/* Characters of a sentence, of a name and of a reason. */
#define SENTENCE_MAX 300
#define SHORT_MAX 120
#define COMING_MAX 4096

struct open_one {
	enum severity severity;
	enum alert_kind kind;
	int64_t first;
	char *slug;
};

struct open_list {
	struct open_one *v;
	size_t n, cap;
	size_t count[SEVERITY_P3 + 1];
	bool cut; /* not all were read */
};

/* The gravest first, of these the newest. */
static int by_gravity(const void *a, const void *b)
{
	const struct open_one *x = a, *y = b;

	if (x->severity != y->severity)
		return x->severity < y->severity ? -1 : 1;
	if (x->first != y->first)
		return x->first > y->first ? -1 : 1;
	return strcmp(x->slug, y->slug);
}

static bool shown(const struct incident *inc)
{
	return inc->open && !inc->superseded;
}

static void add_open(struct open_list *l, const struct alert_state *st,
	char *slug)
{
	for (unsigned k = 0; k < ALERT_KINDS; k++) {
		const struct incident *inc = &st->incidents[k];

		if (!shown(inc))
			continue;
		l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
		l->v[l->n++] = (struct open_one) {inc->severity,
			(enum alert_kind)k, inc->first, slug};
		l->count[inc->severity]++;
	}
}

/* All that the session may see; their slugs are those of *slugs. */
static bool collect(const struct cgi *c, struct state_store *states,
	struct strings *slugs, struct open_list *l)
{
	struct strings all = {0};
	bool ok = state_store_open(c->store, &all);
	struct alert_state *st;
	struct transaction *t;
	size_t i;

	for (i = 0; i < all.n && slugs->n < READ_MAX; i++)
		if (console_may(c, all.v[i]))
			strings_add(slugs, all.v[i]);
	l->cut = i < all.n;
	t = transaction_begin(states, slugs);
	while (ok && (st = transaction_next(t, &i)))
		add_open(l, st, slugs->v[i]);
	ok = ok && !transaction_failed(t);
	transaction_end(t);
	strings_release(&all);
	if (l->n)
		qsort(l->v, l->n, sizeof *l->v, by_gravity);
	return ok;
}

static bool is_line(const char *line, const char *begin)
{
	return strncmp(line, begin, strlen(begin)) == 0;
}

/* "  next: becomes P1 at 14:32" as items of a list. */
static void put_coming(struct buf *b, const struct cgi *c,
	struct alert_state *st, enum alert_kind kind, bool muted)
{
	struct buf text;
	char *rest, *line;

	buf_init(&text, COMING_MAX);
	explain_coming(&text, st, kind, c->conf, c->now);
	rest = text.p;
	while (text.len && (line = strsep(&rest, "\n"))) {
		line += strspn(line, " ");
		/* The state learns of what mutes it with the next run. */
		if (!*line || (muted && (is_line(line, "muted: ") ||
						is_line(line, "next: "))))
			continue;
		buf_str(b, "<li>");
		console_short(b, line, SENTENCE_MAX);
		buf_str(b, "</li>\n");
	}
	buf_release(&text);
}

/* The incident of a card, and its acknowledgement. */
struct card {
	const char *name; /* of the server */
	enum alert_kind kind;
	char key[ALERT_KEY_SIZE];
	const char *from; /* who has acknowledged it, or NULL */
	bool mine;	  /* that is the one who has signed in */
	bool whole;
};

/* Begin a form that does `what` to the incident. */
static void begin_form(struct buf *b, const struct cgi *c, const char *what,
	const struct card *card)
{
	bool holder = strcmp(what, "take") == 0 || strcmp(what, "back") == 0;

	console_form(b, c, what);
	console_back(b, card->whole ? "server" : "incidents");
	console_fmt(b, "<input type='hidden' name='key' value='%s'>",
		card->key);
	/* See struct ack_request. */
	if (card->from && holder)
		console_fmt(b, "<input type='hidden' name='from' value='%s'>",
			card->from);
}

/* The button, which says to a screen reader what it is about. */
static void end_form(struct buf *b, const char *class, const char *button,
	const struct card *card)
{
	console_fmt(b,
		"<button class='%s' aria-label='%s: %s, %s'>%s</button></form>"
		"\n",
		class, button, card->name, alert_kind_name(card->kind),
		button);
}

static void put_undo(
	struct buf *b, const struct cgi *c, const struct card *card)
{
	if (!card->from)
		return;
	begin_form(b, c, "back", card);
	end_form(b, "less", "Undo the acknowledgement", card);
}

/* All that can be done to an incident. */
static void put_more(
	struct buf *b, const struct cgi *c, const struct card *card)
{
	put_undo(b, c, card);
	begin_form(b, c, "note", card);
	console_input(b, "note", "text", "");
	console_label(b, "note", "state");
	buf_str(b,
		"<select name=\"state\">"
		"<option value=\"\">unchanged</option>"
		"<option>investigating</option><option>identified</option>"
		"<option>monitoring</option></select></label>");
	console_label(b, "note", "who");
	buf_str(b,
		"<select name=\"who\">"
		"<option value=\"private\">operators only</option>"
		"<option value=\"public\">the public page</option>"
		"<option value=\"postmortem\">the public page: address of the "
		"postmortem</option></select></label>\n");
	end_form(b, "less", "Add the note", card);
	begin_form(b, c, "close", card);
	console_input(b, "close", "text", "");
	console_input(b, "close", "public", "");
	end_form(b, "less", "Close the incident", card);
}

/* To acknowledge it, to take it over, or to change what oneself has said. */
static void put_take(
	struct buf *b, const struct cgi *c, const struct card *card)
{
	begin_form(b, c, "take", card);
	if (card->whole) {
		console_input(b, "take", "text", "");
		console_input(b, "take", "for", "");
	}
	if (card->whole && console_all(c))
		console_input(b, "take", "to", "");
	end_form(b, card->mine ? "less" : "ack",
		card->mine	 ? "Change the acknowledgement"
			: card->from ? "Take over"
				     : "Acknowledge",
		card);
}

/* A link with a label for screen readers. */
static void put_link(struct buf *b, const char *text, const char *name,
	const char *path, const char *of)
{
	console_fmt(b, "<a class='less' aria-label='%s: %s' href='%s%s'>%s</a>\n",
		text, name, path, of, text);
}

/* Links to the mute of an incident, or to the forms that add one; the page of a
   server has those forms elsewhere. */
static void put_mute_links(struct buf *b, const char *slug,
	const struct console_mute *mute, bool whole)
{
	bool muted = mute->until > 0, elsewhere = whole || !slug_valid(slug);

	if (mute->id)
		put_link(b, mute->maintenance ? "End the maintenance"
					      : "End the mute",
			slug, "/ops/mutes#", mute->id);
	else if (!elsewhere && !muted)
		put_link(b, "Mute", slug, "/ops/mutes?to=silence&server=",
			slug);
	if (!elsewhere && !(muted && mute->maintenance))
		put_link(b, "Plan a maintenance", slug,
			"/ops/mutes?to=maintenance&server=", slug);
}

static void put_buttons(struct buf *b, const struct cgi *c,
	const struct alert_state *st, enum alert_kind kind, const char *name,
	bool whole, const struct console_mute *mute)
{
	const struct incident *inc = &st->incidents[kind];
	struct card card = {
		.name = name,
		.kind = kind,
		.from = ack_holds(inc, c->now) ? inc->ack.by : NULL,
		.whole = whole,
	};
	char by[CONSOLE_BY];

	console_by(c, by);
	card.mine = card.from && strcmp(card.from, by) == 0;
	dedup_key(st, kind, card.key);
	buf_str(b, whole ? "<div class=\"forms whole\">"
			 : "<div class=\"forms\">");
	if (whole || !card.mine)
		put_take(b, c, &card);
	if (whole)
		put_more(b, c, &card);
	else if (card.mine)
		put_undo(b, c, &card);
	put_mute_links(b, st->slug, mute, whole);
	buf_str(b, "</div>\n");
}

static void put_since(struct buf *b, const struct cgi *c,
	const struct incident *inc)
{
	struct buf text;

	buf_init(&text, TEXT_SIZE);
	phrase_duration(&text,
		(long long)fmax(0, c->now - (double)inc->first));
	buf_str(b, "<li>since ");
	console_time(b, c, (double)inc->first);
	console_fmt(b, " (%s)", text.p);
	buf_release(&text);
	buf_str(b, ack_holds(inc, c->now)
			? "</li>\n"
			: "; nobody has acknowledged it</li>\n");
}

static void put_runbook(struct buf *b, const struct cgi *c,
	const struct alert_state *st, enum alert_kind kind)
{
	const char *slug = st->shared.left.n ? SLUG_FLEET : st->slug;
	struct buf url;

	buf_init(&url, TEXT_SIZE);
	emit_runbook(c->conf, slug, kind,
		incident_checks(&st->incidents[kind], kind), &url);
	if (url.len)
		console_fmt(b, "<li><a href='%s'>Runbook</a></li>\n", url.p);
	buf_release(&url);
}

void console_name(const struct alert_state *st, char *out)
{
	if (st->shared.left.n)
		snprintf(out, CONSOLE_NAME, "%zu servers", st->shared.left.n);
	else
		text_copy(out, CONSOLE_NAME, strcmp(st->slug, SLUG_FLEET) == 0
				? "the fleet"
				: st->slug);
}

/* Its mute; the reason is for operators alone. */
static void put_mute(
	struct buf *b, const struct cgi *c, const struct console_mute *m)
{
	if (!(m->until > 0))
		return;
	buf_str(b, "<li>muted until ");
	console_time(b, c, m->until);
	buf_str(b, m->what);
	if (console_all(c) && m->reason) {
		buf_str(b, ": ");
		console_short(b, m->reason, SHORT_MAX);
	}
	if (console_all(c) && m->by) {
		buf_str(b, " (");
		console_short(b, m->by, SHORT_MAX);
		buf_char(b, ')');
	}
	buf_str(b, "</li>\n");
}

void console_incident(struct buf *b, const struct cgi *c,
	struct maintenance_store *store, struct alert_state *st,
	enum alert_kind kind, bool whole)
{
	const struct incident *inc = &st->incidents[kind];
	struct console_mute mute = console_muted(c, store, st, kind);
	char *text = cgi_sentence(st, kind, c->conf->zone, c->now), name[CONSOLE_NAME];

	console_fmt(b,
		"<article class='%s' data-server='%s' tabindex='-1'>\n<h2>"
		"<b>%s</b> <a href='/ops/server/%s'>",
		severity_name(inc->severity),
		slug_valid(st->slug) ? st->slug : "",
		severity_name(inc->severity), st->slug);
	console_name(st, name);
	console_fmt(b, "%s</a> <small>%s, %s</small>", name,
		alert_kind_name(kind), progress_name(inc->progress));
	if (mute.until > 0) {
		buf_str(b, " <b class=\"state\">muted until ");
		console_time(b, c, mute.until);
		buf_str(b, "</b>");
	}
	buf_str(b, "</h2>\n<p>");
	console_short(b, text ? text : "", SENTENCE_MAX);
	buf_str(b, "</p>\n<ul>\n");
	put_since(b, c, inc);
	put_mute(b, c, &mute);
	put_coming(b, c, st, kind, mute.until > 0);
	if (whole)
		put_runbook(b, c, st, kind);
	buf_str(b, "</ul>\n");
	put_buttons(b, c, st, kind, name, whole, &mute);
	buf_str(b, "</article>\n");
	free(text);
}

static void put_counts(struct buf *b, const struct open_list *l)
{
	if (!l->n) {
		buf_str(b, "<p class=\"fine\">No incident is open.</p>\n");
		return;
	}
	buf_str(b, "<p class=\"counts\">");
	for (int s = SEVERITY_P1; s <= SEVERITY_P3; s++)
		if (l->count[s])
			console_fmt(b, "<b class='%s'>%zu %s</b> ",
				severity_name((enum severity)s), l->count[s],
				severity_name((enum severity)s));
	buf_str(b, "</p>\n");
	if (l->cut)
		buf_str(b, "<p>There are more, which were not read.</p>\n");
}

/* Which page is asked for, from 0; the last one where there are fewer. */
static size_t page_of(const struct cgi *c, size_t n)
{
	char text[16];
	long long page = 1;
	size_t last = n ? (n - 1) / PAGE : 0;

	if (!request_query(&c->request.http, "page", text, sizeof text) ||
		!num_parse(text, 1, 1000000, &page))
		page = 1;
	return (size_t)page - 1 < last ? (size_t)page - 1 : last;
}

static void put_pages(struct buf *b, size_t page, size_t n)
{
	if (n <= PAGE)
		return;
	console_fmt(b, "<p class='pages'>%zu to %zu of %zu ", page * PAGE + 1,
		(page + 1) * PAGE < n ? (page + 1) * PAGE : n, n);
	if (page)
		console_fmt(b, "<a href='/ops?page=%zu'>before</a> ", page);
	if ((page + 1) * PAGE < n)
		console_fmt(b, "<a href='/ops?page=%zu'>next</a>", page + 2);
	buf_str(b, "</p>\n");
}

/* The form for an outage that no probe sees. */
static void put_open(struct buf *b, const struct cgi *c)
{
	buf_str(b, "<details class=\"forms whole\"><summary>Open an incident by "
		   "hand</summary>\n");
	console_form(b, c, "open");
	console_input(b, console_all(c) ? "open" : "open own", "servers", "");
	console_input(b, "open", "title", "");
	console_input(b, "open", "text", "");
	console_label(b, "open", "severity");
	buf_str(b,
		"<select name=\"severity\"><option>P2</option>"
		"<option>P1</option><option>P3</option></select></label>\n");
	console_label(b, "open", "who");
	buf_str(b,
		"<select name=\"who\"><option value=\"public\">everybody"
		"</option><option value=\"private\">operators only</option>"
		"</select></label><button class=\"less\">Open it</button>"
		"</form>\n</details>\n");
}

void console_incidents(const struct cgi *c, struct cgi_answer *a)
{
	struct state_store *states = state_store_new(c->store);
	struct maintenance_store *mutes = maintenance_store_new(c->store);
	struct open_list l = {0};
	struct strings slugs = {0};
	bool ok = collect(c, states, &slugs, &l) &&
		maintenance_store_load(mutes, c->now);
	size_t page = page_of(c, l.n);
	struct alert_state st;

	console_begin(c, a, "Incidents");
	put_counts(&a->body, &l);
	for (size_t i = page * PAGE; ok && i < l.n && i < (page + 1) * PAGE;
		i++) {
		ok = state_store_get(states, l.v[i].slug, &st);
		if (!ok)
			break;
		if (shown(&st.incidents[l.v[i].kind]))
			console_incident(&a->body, c, mutes, &st, l.v[i].kind,
				false);
		state_release(&st);
	}
	put_pages(&a->body, page, l.n);
	put_open(&a->body, c);
	console_end(c, a);
	if (!ok)
		console_refuse(c, a, 503,
			"The open incidents cannot be read: " CONSOLE_AWAY);
	free(l.v);
	maintenance_store_free(mutes);
	strings_release(&slugs);
	state_store_free(states);
}
