/* SPDX-License-Identifier: MIT */
/*
 * console_night.c: what happened since yesterday evening: the incidents and
 * pages of `mcp-alert report`, and what was sent and done, by time.
 */
#include "web/console.h"

#include "base/text.h"
#include "base/zone.h"
#include "commands/commands.h"
#include "state/stores.h"
#include "words/words.h"

#include <math.h>
#include <string.h>

#define EVENING_MIN (18 * 60)
/* Rows of each list; and so many records of a day are looked at. */
#define ROWS 200
#define RECORDS 5000

/* Yesterday evening, as a clock in the operators' zone shows it. */
static double evening(const struct cgi *c)
{
	struct zone_time day = zone_local(c->conf->zone, c->now);

	day.day--;
	day.minute = EVENING_MIN;
	return zone_instant(c->conf->zone, &day);
}

/* ", acknowledged after 4 min"; nothing where one of them is not known. */
static void put_after(struct buf *b, const char *what, double from, double to)
{
	if (!(from > 0) || !(to > 0))
		return;
	buf_fmt(b, ", %s after ", what);
	phrase_duration(b, llround(fmax(0, to - from)));
}

static void put_slug(struct buf *b, const char *slug)
{
	console_fmt(b, "<a href='/ops/server/%s'>%s</a>", slug,
		strcmp(slug, SLUG_FLEET) == 0 ? "the fleet" : slug);
}

static void put_incident(struct buf *b, const struct cgi *c,
	const struct report_incident *i)
{
	console_fmt(b, "<li><b class='%s'>%s</b> ", i->severity, i->severity);
	put_slug(b, i->slug);
	console_fmt(b, " %s since ", i->kind);
	console_time(b, c, i->started_at);
	put_after(b, "acknowledged", i->notified_at, i->acknowledged_at);
	if (i->resolved_at > 0)
		put_after(b, "over", i->started_at, i->resolved_at);
	else
		buf_str(b, ", not over");
	buf_fmt(b, "; %lu page%s%s</li>\n", i->pages, i->pages == 1 ? "" : "s",
		report_noise(i) ? " (noise)" : "");
}

static void put_incidents(struct buf *b, const struct cgi *c,
	const struct report *r)
{
	buf_str(b, r->n ? "<p>Since " : "<p class=\"fine\">Since ");
	console_time(b, c, r->from);
	phrase_zone(b, c->conf->zone);
	buf_fmt(b, ": %zu incident%s</p>\n<ul>\n", r->n, r->n == 1 ? "" : "s");
	for (size_t i = 0; i < r->n && i < ROWS; i++)
		put_incident(b, c, &r->v[i]);
	if (r->n > ROWS)
		buf_fmt(b, "<li>and %zu more</li>\n", r->n - ROWS);
	buf_str(b, "</ul>\n");
}

static void put_route_counts(struct buf *b, const struct report *r)
{
	if (r->routes.n)
		buf_str(b, "<h2>Routes</h2>\n<table>\n<tr><th>Route</th>"
			   "<th>Pages</th><th>At night</th>"
			   "<th>Events</th><th>Failed</th></tr>\n");
	for (size_t i = 0; i < r->routes.n; i++) {
		const struct report_count *n = &r->routes.v[i];

		console_fmt(b,
			"<tr><td>%s</td><td>%lu</td><td>%lu</td><td>%lu</td>"
			"<td>%lu</td></tr>\n",
			n->name, n->pages, n->asleep, n->events, n->failed);
	}
	if (r->routes.n)
		buf_str(b, "</table>\n");
}

/* The name of the server, which a sentence may begin with, is a link. */
static void put_entry(struct buf *b, const struct cgi *c,
	const struct history_record *r)
{
	const char *text = r->text;
	size_t n = strlen(r->slug);

	buf_str(b, "<li>");
	console_time(b, c, r->at);
	buf_str(b, r->route ? " " : " <b>");
	put_slug(b, r->slug);
	buf_str(b, r->route ? " " : "</b> ");
	if (r->route && strcmp(r->what, HISTORY_DELIVERED) != 0)
		console_fmt(b, "%s: ", r->what);
	if (strncmp(text, r->slug, n) == 0 && text[n] == ' ')
		text += n + 1;
	console_short(b, text, 300);
	buf_str(b, "</li>\n");
}

/* By time: what was decided and done, and which route had it. */
static void put_happened(struct buf *b, const struct cgi *c,
	const struct history *h, double from)
{
	size_t i = 0, n = 0;

	while (i < h->n && h->v[i].at < from)
		i++;
	buf_str(b, "<h2>What happened</h2>\n<ul>\n");
	if (h->n - i > ROWS) {
		n = h->n - i - ROWS;
		buf_fmt(b, "<li>%zu earlier entries: see mcp-alert history"
			   "</li>\n", n);
		i += n;
	}
	for (; i < h->n; i++, n++)
		put_entry(b, c, &h->v[i]);
	buf_str(b, n ? "</ul>\n" : "<li>nothing</li>\n</ul>\n");
}

void console_night(const struct cgi *c, struct cgi_answer *a)
{
	struct history h = {0};
	struct report r;
	double from = evening(c);

	if (history_store_last(c->store, from, c->now, RECORDS, &h)) {
		report_make(&h, c->conf, from, c->now + 1, c->conf->zone, &r);
		console_begin(c, a, "Last night");
		put_incidents(&a->body, c, &r);
		put_route_counts(&a->body, &r);
		put_happened(&a->body, c, &h, from);
		console_end(c, a);
		report_release(&r);
	} else {
		console_refuse(c, a, 503,
			"The history cannot be read: " CONSOLE_AWAY);
	}
	history_store_release(&h);
}
