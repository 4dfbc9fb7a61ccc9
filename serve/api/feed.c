/* SPDX-License-Identifier: MIT */
#include "api/api.h"

#include "base/clock.h"
#include "base/sha256.h"
#include "base/xalloc.h"
#include "data/entries.h"
#include "data/page_data.h"
#include "data/places.h"
#include "data/tools.h"
#include "pages/pages.h"
#include "words/words.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The most incidents that are told of: of a server, and of a fleet. */
#define ENTRIES 50
#define FLEET_ENTRIES 100
/* The names of servers in a title, in bytes. */
#define NAMES_MAX 4096

/* An id that stays when the site moves: a UUID of RFC 9562, version 8. */
static void put_id(struct html *b, const struct html_part *p)
{
	char name[SLUG_MAX + 80], hex[SHA256_HEX];
	int n = snprintf(name, sizeof name, "mcp-serve %s %s %" PRId64,
		p->text, (const char *)p->of, p->at);

	sha256_hex(name, (size_t)n, hex);
	html_fmt(b, "urn:uuid:%.8s-%.4s-8%.3s-a%.3s-%.12s", hex, hex + 8,
		hex + 12, hex + 15, hex + 18);
}
#define ID(slug, what, t)                                                      \
	HTML_PART(.put = put_id, .text = (slug), .of = (what), .at = (t))

static void put_instant(struct html *b, const struct html_part *p)
{
	char s[CLOCK_RFC3339];

	clock_rfc3339(p->at, s);
	html_fmt(b, "%s", s);
}
#define INSTANT(t) HTML_PART(.put = put_instant, .at = (t))

/* "2026-04-29 20:31 UTC" */
static void put_minute(struct html *b, const struct html_part *p)
{
	char s[CLOCK_RFC3339];

	clock_rfc3339(p->at, s);
	html_fmt(b, "%.10s %.5s UTC", s, s + 11);
}
#define MINUTE(t) HTML_PART(.put = put_minute, .at = (t))

/* The subject of a feed, its address, and that of its page. */
struct feed {
	const struct brand *brand;
	const char *slug, *kind; /* of its id */
	const char *title, *what;
	const char *folder, *name; /* of the account or the server of its paths */
	const char *self, *page;   /* the ends of the paths */
};

static void begin_feed(struct html *b, const struct feed *f, int64_t updated)
{
	html_fmt(b,
		"<?xml version='1.0' encoding='utf-8'?>\n"
		"<feed xmlns='http://www.w3.org/2005/Atom'>\n"
		"<id>%ls</id>\n<title>%s: %s</title>\n"
		"<updated>%ls</updated>\n"
		"<author><name>%s</name></author>\n"
		"<link rel='self' type='application/atom+xml' href='%s%s%s%s'/>"
		"\n<link rel='alternate' type='text/html' href='%s%s%s%s'/>\n",
		ID(f->slug, f->kind, 0), f->title, f->what, INSTANT(updated),
		f->brand->title, f->brand->url, f->folder, f->name, f->self,
		f->brand->url, f->folder, f->name, f->page);
}

static void put_content(struct html *b, const struct incident_row *row)
{
	html_fmt(b, "<content type='text'>%s ", row->impact);
	if (*row->where)
		html_fmt(b, "Where: %s. ", row->where);
	html_fmt(b, "From %ls", MINUTE(row->started_at));
	if (row->ended_at)
		html_fmt(b, " to %ls", MINUTE(row->ended_at));
	html_fmt(b, ". %s", row->update);
	/* The operators' last note, and the address of their postmortem. */
	if (row->note)
		html_fmt(b, " From the operator: %s", row->note);
	if (row->postmortem)
		html_fmt(b, " Why it happened: %s", row->postmortem);
	html_fmt(b, "</content>\n");
}

static void put_incident(struct html *b, const struct brand *brand,
	const struct incident_row *row)
{
	char what[16];

	snprintf(what, sizeof what, "%d", row->trouble);
	html_fmt(b,
		"<entry>\n<id>%ls</id>\n<title>%s: %s%s</title>\n"
		"<published>%ls</published>\n<updated>%ls</updated>\n"
		"<link rel='alternate' type='text/html' "
		"href='%s/status/%s/incident/%s'/>\n",
		ID(row->slug, what, row->started_at),
		row->server ? row->server : row->slug, row->title,
		row->ended_at && !row->unseen ? " (resolved)" : "",
		INSTANT(row->started_at), INSTANT(row->updated_at), brand->url,
		row->slug, row->id);
	put_content(b, row);
	html_fmt(b, "</entry>\n");
}

static void put_work(struct html *b, const struct occurrence *o,
	const char *slug, const char *title, const struct feed *f)
{
	html_fmt(b,
		"<entry>\n<id>%ls</id>\n<title>%s: maintenance</title>\n"
		"<updated>%ls</updated>\n"
		"<link rel='alternate' type='text/html' href='%s%s%s%s'/>\n"
		"<content type='text'>From %ls to %ls. %s</content>\n"
		"</entry>\n",
		ID(slug, o->of->id, o->start), title,
		INSTANT(occurrence_announced(o)), f->brand->url, f->folder,
		f->name, f->page, MINUTE(o->start), MINUTE(o->end),
		o->of->reason ? o->of->reason : "");
}

#define DAY_S 86400

/*
 * A feed without any news has this day: an Atom feed has to say when it changed
 * last (RFC 4287, 4.1.1), and 1970 looks like a fault.
 */
static int64_t or_today(int64_t newest, double now)
{
	int64_t t = (int64_t)now;

	return newest ? newest : t - t % DAY_S;
}

static int64_t later(int64_t t, const struct occurrence *o)
{
	return occurrence_announced(o) > t ? occurrence_announced(o) : t;
}

/* When there was news last: between two news the feed does not change. */
static int64_t newest(
	const struct page_data *d, const struct occurrence *times, size_t n)
{
	int64_t t = 0;

	for (size_t i = 0; i < d->incidents.n; i++)
		if (d->incidents.v[i].updated_at > t)
			t = d->incidents.v[i].updated_at;
	for (size_t i = 0; i < n; i++)
		t = later(t, &times[i]);
	return t;
}

void feed_put(struct html *b, const struct status_page *s)
{
	const struct page_data *d = s->data;
	const struct maintained server = {.slug = s->slug,
		.account = s->server->account};
	struct occurrence times[MAINTENANCE_TIMES];
	size_t n = maintenance_list_times(&d->maintenance, &server, s->now,
		s->brand->maintenance_s, times);
	const struct feed feed = {s->brand, s->slug, "feed", status_page_name(s),
		"incidents", "/status/", s->slug, "/feed.atom", ""};
	struct incident_rows rows = {.n = 0};
	struct places places;

	places_read(&places, s->server, s->view);
	incident_rows_add(&rows, s->slug, s->server, &d->incidents, &places);
	places_release(&places);
	begin_feed(b, &feed, or_today(newest(d, times, n), s->now));
	for (size_t i = 0; i < n; i++)
		put_work(b, &times[i], s->slug, status_page_name(s), &feed);
	for (size_t i = 0; i < rows.n && i < ENTRIES; i++)
		put_incident(b, s->brand, &rows.v[i]);
	html_fmt(b, "</feed>\n");
	incident_rows_release(&rows);
}

static void put_change(struct html *b, const struct status_page *s,
	const struct tool_event *e, size_t places)
{
	char what[40];
	struct buf text;
	const char *words;

	buf_init(&text, NAMES_MAX);
	tool_event_words(&text, e, places);
	words = buf_ok(&text) ? text.p : "tools changed";
	snprintf(what, sizeof what, "tool %d %016" PRIx64, (int)e->kind,
		e->key);
	html_fmt(b,
		"<entry>\n<id>%ls</id>\n<title>%s: %s</title>\n"
		"<published>%ls</published>\n<updated>%ls</updated>\n"
		"<link rel='alternate' type='text/html' "
		"href='%s/status/%s/changes'/>\n"
		"<content type='text'>%ls: %s.</content>\n</entry>\n",
		ID(s->slug, what, (int64_t)e->at), status_page_name(s), words,
		INSTANT((int64_t)e->at), INSTANT((int64_t)e->last),
		s->brand->url, s->slug, MINUTE((int64_t)e->at), words);
	buf_release(&text);
}

void feed_put_changes(struct html *b, const struct status_page *s,
	const struct tool_history *h)
{
	double newest = isnan(h->since) ? 0 : h->since;

	for (size_t i = 0; i < h->n && i < ENTRIES; i++)
		newest = fmax(newest, h->v[i].last);
	begin_feed(b,
		&(struct feed) {s->brand, s->slug, "changes", status_page_name(s),
			"changes of tools", "/status/", s->slug,
			"/changes.atom", "/changes"},
		or_today((int64_t)newest, s->now));
	for (size_t i = 0; i < h->n && i < ENTRIES; i++)
		put_change(b, s, &h->v[i], h->regions);
	html_fmt(b, "</feed>\n");
}

static void put_planned(struct html *b, const struct fleet_feed *f,
	const struct occurrence *o, const struct feed *feed)
{
	struct buf names;

	buf_init(&names, NAMES_MAX);
	if (maintenance_put_names(&names, o->of, f->servers, f->n_servers) &&
		buf_ok(&names))
		put_work(b, o, "*", names.p, feed);
	buf_release(&names);
}

static int newest_news_first(const void *a, const void *b)
{
	const struct incident_row *const *x = a, *const *y = b;

	if ((*x)->updated_at != (*y)->updated_at)
		return (*x)->updated_at > (*y)->updated_at ? -1 : 1;
	return strcmp((*x)->slug, (*y)->slug);
}

/* The incidents, the one with the newest news first; the caller frees the list. */
static const struct incident_row **by_news(const struct incident_rows *rows)
{
	const struct incident_row **v = xcalloc(rows->n + 1, sizeof *v);

	for (size_t i = 0; i < rows->n; i++)
		v[i] = &rows->v[i];
	if (rows->n)
		qsort(v, rows->n, sizeof *v, newest_news_first);
	return v;
}

static int64_t newest_of_fleet(
	const struct fleet_feed *f, const struct incident_row *newest)
{
	int64_t t = newest ? newest->updated_at : 0;

	for (size_t i = 0; i < f->n_times; i++)
		t = later(t, &f->times[i]);
	return t;
}

void feed_put_fleet(struct html *b, const struct fleet_feed *f)
{
	const struct incident_row **v = by_news(f->incidents);
	const struct feed feed = {.brand = f->brand,
		.slug = f->account ? f->account : "*",
		.kind = f->account ? "account" : "fleet",
		.title = f->account ? f->account : f->brand->title,
		.what = "incidents",
		.folder = f->account ? "/account/" : "",
		.name = f->account ? f->account : "",
		.self = "/feed.atom",
		.page = f->account ? "" : "/"};

	begin_feed(b, &feed, or_today(newest_of_fleet(f, *v), f->now));
	for (size_t i = 0; i < f->n_times; i++)
		put_planned(b, f, &f->times[i], &feed);
	for (size_t i = 0; v[i] && i < FLEET_ENTRIES; i++)
		put_incident(b, f->brand, v[i]);
	html_fmt(b, "</feed>\n");
	free(v);
}
