/* SPDX-License-Identifier: MIT */
/*
 * index_headline.c: what is wrong comes first on the index: a sentence on all
 * servers, and below it the open incidents.
 */
#include "pages/pages.h"

#include "data/incidents.h"
#include "pages/html.h"
#include "words/words.h"

#include <string.h>

/* Behind "is" or "are". */
static const char *const words[CONDITION_STATES] = {
	[CONDITION_DOWN] = "not working",
	[CONDITION_DEGRADED] = "partly working",
	[CONDITION_MAINTENANCE] = "under maintenance",
	[CONDITION_STALE] = "without recent data",
	[CONDITION_PENDING] = "awaiting the first probe",
	[CONDITION_UP] = "working",
};

/* The worst state that any server has. */
static enum condition_state worst_of(const struct index_list *l)
{
	int state = 0;

	while (state < CONDITION_UP && !l->counts[state])
		state++;
	return (enum condition_state)state;
}

const char *index_headline_class(const struct index_list *l)
{
	struct condition worst = {.state = worst_of(l)};

	if (worst.state == CONDITION_UP && l->noted)
		worst.note = NOTE_RECOVERED;
	return html_condition(worst).class;
}

static void put_subject(struct buf *b, const struct index_list *l, size_t n,
	bool chosen)
{
	const char *servers = chosen ? "matching servers" : "servers";

	if (l->matching == 1)
		buf_str(b, chosen ? "The matching server is "
				  : "The server is ");
	else if (n == l->matching)
		buf_fmt(b, "All %zu %s are ", n, servers);
	else
		buf_fmt(b, "%zu of %zu %s %s ", n, l->matching, servers,
			n == 1 ? "is" : "are");
}

/* Of two that fail, neither is left out; other states are in the list. */
void index_headline_put(struct buf *b, const struct index_list *l, bool chosen)
{
	enum condition_state worst = worst_of(l);
	size_t part = l->counts[CONDITION_DEGRADED];

	put_subject(b, l, l->counts[worst], chosen);
	buf_str(b, words[worst]);
	if (worst == CONDITION_DOWN && part)
		buf_fmt(b, ", %zu %s", part, words[CONDITION_DEGRADED]);
	if (worst == CONDITION_UP && l->noted && l->matching == 1)
		buf_str(b, ", with an open incident");
	else if (worst == CONDITION_UP && l->noted)
		buf_fmt(b, ", %zu with an open incident", l->noted);
}

/* Whether servers share what somebody opened by hand: one card is enough. */
static bool same_by_hand(
	const struct incident_row *a, const struct incident_row *b)
{
	return a->trouble == TROUBLE_MANUAL && b->trouble == TROUBLE_MANUAL &&
		!b->ended_at && a->started_at == b->started_at &&
		a->progress == b->progress && strcmp(a->title, b->title) == 0;
}

/* How many rows before i are the same, and in all. */
static size_t count_same(const struct incident_rows *rows, size_t i, size_t *all)
{
	size_t before = 0;

	*all = 0;
	for (size_t k = 0; k < rows->n; k++) {
		bool same = same_by_hand(&rows->v[i], &rows->v[k]);

		*all += same;
		before += same && k < i;
	}
	return before;
}

static void put_card(struct html *b, const struct incident_row *in,
	size_t sharers, double now)
{
	const char *class = html_trouble_class(in->trouble);

	html_fmt(b,
		"<li class='card open-%s'><h3>%ls<span><a href='/status/%s/"
		"incident/%s'>%s%s: %s</a></span></h3>\n<p><b>%s</b>, open for "
		"%ls, since %ls",
		class, HTML_ICON(class), in->slug, in->id,
		in->server ? in->server : in->slug,
		sharers > 1 ? " and others" : "", in->title,
		in->passing ? "Recovering" : incident_words_state(in->progress),
		HTML_SPAN(now - (double)in->started_at),
		HTML_TIME(in->started_at, now));
	if (*in->where)
		html_fmt(b, ". Where: %ls", HTML_WHOLE(in->where));
	html_fmt(b, "</p>\n<p class='dim'>%ls: %ls</p></li>\n",
		HTML_TIME(in->updated_at, now), HTML_WHOLE(in->latest));
}

static size_t count_open(const struct incident_rows *rows)
{
	size_t n = 0;

	for (size_t i = 0; i < rows->n; i++)
		n += !rows->v[i].ended_at;
	return n;
}

/* The worst first. */
static void put_cards(
	struct html *b, const struct incident_rows *rows, double now)
{
	size_t n = 0;

	for (int trouble = 0; trouble < TROUBLES; trouble++)
		for (size_t i = 0; i < rows->n && n < INDEX_CARDS; i++) {
			const struct incident_row *in = &rows->v[i];
			size_t sharers;

			if (in->ended_at || in->trouble != trouble ||
				count_same(rows, i, &sharers))
				continue;
			put_card(b, in, sharers, now);
			n++;
		}
}

void index_incidents_put(struct html *b, const struct incident_rows *rows,
	size_t more, double now)
{
	if (!count_open(rows))
		return;
	html_fmt(b, "<section class='open'><h2>Open incidents</h2>\n"
		   "<ul class='cards'>\n");
	put_cards(b, rows, now);
	html_fmt(b, "</ul>\n");
	if (more)
		html_fmt(b,
			"<p class='dim'>%zu more server%s problems; the list "
			"below has %s.</p>\n",
			more, more == 1 ? " has" : "s have",
			more == 1 ? "it" : "them");
	html_fmt(b, "</section>\n");
}
