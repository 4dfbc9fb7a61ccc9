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
#include "state/state_store.h"
#include "words/words.h"

#include <math.h>
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

/* "  next: becomes P1 at 14:32" as items of a list. */
static void put_coming(struct buf *b, const struct cgi *c,
	struct alert_state *st, enum alert_kind kind)
{
	struct buf text;
	char *rest, *line;

	buf_init(&text, COMING_MAX);
	explain_coming(&text, st, kind, c->conf, c->now);
	rest = text.p;
	while (text.len && (line = strsep(&rest, "\n"))) {
		line += strspn(line, " ");
		if (!*line)
			continue;
		buf_str(b, "<li>");
		console_short(b, line, SENTENCE_MAX);
		buf_str(b, "</li>\n");
	}
	buf_release(&text);
}

/* Begin a form that does `what` to the incident; see struct ack_request, from. */
static void begin_form(struct buf *b, const struct cgi *c, const char *what,
	const char *key, const char *from, bool whole)
{
	console_form(b, c, what);
	console_back(b, whole ? "server" : "incidents");
	console_fmt(b, "<input type='hidden' name='key' value='%s'>", key);
	if (from)
		console_fmt(b, "<input type='hidden' name='from' value='%s'>",
			from);
}

static void end_form(struct buf *b, const char *button)
{
	console_fmt(b, "<button class='less'>%s</button></form>\n", button);
}

/* All that can be done to an incident. */
static void put_more(struct buf *b, const struct cgi *c, const char *key,
	const char *from)
{
	if (from) {
		begin_form(b, c, "back", key, from, true);
		end_form(b, "Undo the acknowledgement");
	}
	begin_form(b, c, "note", key, NULL, true);
	console_input(b, "Note", "text", "maxlength=\"500\"");
	buf_str(b,
		"<label>State<select name=\"state\">"
		"<option value=\"\">unchanged</option>"
		"<option>investigating</option><option>identified</option>"
		"<option>monitoring</option></select></label>"
		"<label>Who sees the note<select name=\"who\">"
		"<option value=\"private\">operators only</option>"
		"<option value=\"public\">the public page</option>"
		"<option value=\"postmortem\">the public page: address of the "
		"postmortem</option></select></label>\n");
	end_form(b, "Add the note");
	begin_form(b, c, "close", key, NULL, true);
	console_input(b, "Why it is over", "text", "maxlength=\"300\" required");
	console_input(b, "What visitors read (optional)", "public",
		"maxlength=\"500\"");
	end_form(b, "Close the incident");
}

static void put_buttons(struct buf *b, const struct cgi *c,
	const struct alert_state *st, enum alert_kind kind, bool whole)
{
	const struct incident *inc = &st->incidents[kind];
	const char *from = ack_holds(inc, c->now) ? inc->ack.by : NULL;
	char key[ALERT_KEY_SIZE];

	dedup_key(st, kind, key);
	buf_str(b, whole ? "<div class=\"forms whole\">"
			 : "<div class=\"forms\">");
	begin_form(b, c, "take", key, from, whole);
	if (whole) {
		console_input(b, "Note", "text", "maxlength=\"300\"");
		console_input(b, "How long", "for",
			"placeholder=\"4h\" size=\"6\"");
	}
	if (whole && console_all(c))
		console_input(b, "Who, if not you", "to", "maxlength=\"60\"");
	console_fmt(b, "<button class='ack'>%s</button></form>\n",
		from ? "Take over" : "Acknowledge");
	if (whole)
		put_more(b, c, key, from);
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

void console_incident(struct buf *b, const struct cgi *c,
	struct alert_state *st, enum alert_kind kind, bool whole)
{
	const struct incident *inc = &st->incidents[kind];
	char *text = cgi_sentence(st, kind, c->conf->zone, c->now);

	console_fmt(b,
		"<article class='%s' data-server='%s' tabindex='-1'>\n<h2>"
		"<b>%s</b> <a href='/ops/server/%s'>",
		severity_name(inc->severity),
		slug_valid(st->slug) ? st->slug : "",
		severity_name(inc->severity), st->slug);
	if (st->shared.left.n)
		console_fmt(b, "%zu servers", st->shared.left.n);
	else
		console_fmt(b, "%s", strcmp(st->slug, SLUG_FLEET) == 0
				? "the fleet"
				: st->slug);
	console_fmt(b, "</a> <small>%s, %s</small></h2>\n<p>",
		alert_kind_name(kind), progress_name(inc->progress));
	console_short(b, text ? text : "", SENTENCE_MAX);
	buf_str(b, "</p>\n<ul>\n");
	put_since(b, c, inc);
	put_coming(b, c, st, kind);
	if (whole)
		put_runbook(b, c, st, kind);
	buf_str(b, "</ul>\n");
	put_buttons(b, c, st, kind, whole);
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
	console_fmt(b,
		"<label>%s<input name='servers' required autocapitalize='none'>"
		"</label><label class='wide'>Title<input name='title' "
		"maxlength='100' required></label>\n<label class='wide'>Text"
		"<input name='text' maxlength='500' required></label>"
		"<label>Severity<select name='severity'><option>P2</option>"
		"<option>P1</option><option>P3</option></select></label>"
		"<label>Who sees it<select name='who'><option value='public'>"
		"everybody</option><option value='private'>operators only"
		"</option></select></label><button class='less'>Open it"
		"</button></form>\n</details>\n",
		console_all(c) ? "Server, group or all" : "Server");
}

void console_incidents(const struct cgi *c, struct cgi_answer *a)
{
	struct state_store *states = state_store_new(c->store);
	struct open_list l = {0};
	struct strings slugs = {0};
	bool ok = collect(c, states, &slugs, &l);
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
			console_incident(&a->body, c, &st, l.v[i].kind, false);
		state_release(&st);
	}
	put_pages(&a->body, page, l.n);
	put_open(&a->body, c);
	console_end(c, a);
	if (!ok)
		console_refuse(c, a, 503,
			"The open incidents cannot be read now.");
	free(l.v);
	strings_release(&slugs);
	state_store_free(states);
}
