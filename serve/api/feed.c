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
#include <stdlib.h>
#include <string.h>
#include <math.h>

/* The most incidents that are told of: of a server, and of a fleet. */
#define ENTRIES 50
#define FLEET_ENTRIES 100
/* The names of servers in a title, in bytes. */
#define NAMES_MAX 4096

/* An id that stays when the site moves: a UUID of RFC 9562, version 8. */
static void put_id(
	struct html *b, const char *slug, const char *what, int64_t at)
{
	char name[SLUG_MAX + 80], hex[SHA256_HEX];
	int n = snprintf(name, sizeof name, "mcp-serve %s %s %" PRId64, slug,
		what, at);

	sha256_hex(name, (size_t)n, hex);
	html_fmt(b, "<id>urn:uuid:%.8s-%.4s-8%.3s-a%.3s-%.12s</id>\n", hex,
		hex + 8, hex + 12, hex + 15, hex + 18);
}

static void put_instant(struct html *b, const char *tag, int64_t t)
{
	char s[CLOCK_RFC3339];

	clock_rfc3339(t, s);
	html_fmt(b, "<%s>%s</%s>\n", tag, s, tag);
}

static void put_link(struct html *b, const struct brand *brand,
	const char *slug, const char *rel, const char *type, const char *rest)
{
	html_fmt(b, "<link rel=\"%s\" type=\"%s\" href=\"", rel, type);
	escape_put(b, brand->url);
	html_fmt(b, "/status/%s%s\"/>\n", slug, rest);
}

/* `server` is its title, or its slug. */
static void put_title(struct html *b, const char *server, const char *what,
	const char *more)
{
	html_str(b, "<title>");
	escape_put(b, server);
	html_fmt(b, ": %s%s</title>\n", what, more);
}

static const char *name_of(const struct status_page *s)
{
	return s->server->title ? s->server->title : s->slug;
}

/* "2026-04-29 20:31 UTC" */
static void put_minute(struct html *b, int64_t t)
{
	char s[CLOCK_RFC3339];

	clock_rfc3339(t, s);
	html_fmt(b, "%.10s %.5s UTC", s, s + 11);
}

/* What the operators said last, and where they say why it happened. */
static void put_said(struct html *b, const struct incident_row *row)
{
	if (row->note) {
		html_str(b, " From the operator: ");
		escape_put(b, row->note);
	}
	if (row->postmortem) {
		html_str(b, " Why it happened: ");
		escape_put(b, row->postmortem);
	}
}

static void put_content(struct html *b, const struct incident_row *row)
{
	html_fmt(b, "<content type=\"text\">%s ", row->impact);
	if (*row->where) {
		html_str(b, "Where: ");
		escape_put(b, row->where);
		html_str(b, ". ");
	}
	html_str(b, "From ");
	put_minute(b, row->started_at);
	if (row->ended_at) {
		html_str(b, " to ");
		put_minute(b, row->ended_at);
	}
	html_fmt(b, ". %s", row->update);
	put_said(b, row);
	html_str(b, "</content>\n");
}

static void put_incident(struct html *b, const struct brand *brand,
	const struct incident_row *row)
{
	char what[16], path[INCIDENT_ID + 16];

	snprintf(what, sizeof what, "%d", row->trouble);
	html_str(b, "<entry>\n");
	put_id(b, row->slug, what, row->started_at);
	put_title(b, row->server ? row->server : row->slug, row->title,
		row->ended_at && !row->unseen ? " (resolved)" : "");
	put_instant(b, "published", row->started_at);
	put_instant(b, "updated", row->updated_at);
	snprintf(path, sizeof path, "/incident/%s", row->id);
	put_link(b, brand, row->slug, "alternate", "text/html", path);
	put_content(b, row);
	html_str(b, "</entry>\n");
}

static void put_work_content(struct html *b, const struct occurrence *o)
{
	html_str(b, "<content type=\"text\">From ");
	put_minute(b, o->start);
	html_str(b, " to ");
	put_minute(b, o->end);
	html_str(b, ". ");
	escape_put(b, o->of->reason ? o->of->reason : "");
	html_str(b, "</content>\n");
}

static void put_work(struct html *b, const struct status_page *s,
	const struct occurrence *o)
{
	html_str(b, "<entry>\n");
	put_id(b, s->slug, o->of->id, o->start);
	put_title(b, name_of(s), "maintenance", "");
	put_instant(b, "updated", occurrence_announced(o));
	put_link(b, s->brand, s->slug, "alternate", "text/html", "");
	put_work_content(b, o);
	html_str(b, "</entry>\n");
}

#define DAY_S 86400

/*
 * Of a feed without any news: this day, for an Atom feed has to say when it
 * changed last (RFC 4287, 4.1.1), and 1970 looks like a fault.
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
	struct incident_rows rows = {.n = 0};
	struct places places;

	places_read(&places, s->server, s->view);
	incident_rows_add(&rows, s->slug, s->server, &d->incidents, &places);
	places_release(&places);
	html_str(b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		   "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
	put_id(b, s->slug, "feed", 0);
	put_title(b, name_of(s), "incidents", "");
	put_instant(b, "updated", or_today(newest(d, times, n), s->now));
	html_str(b, "<author><name>");
	escape_put(b, s->brand->title);
	html_str(b, "</name></author>\n");
	put_link(b, s->brand, s->slug, "self", "application/atom+xml", "/feed.atom");
	put_link(b, s->brand, s->slug, "alternate", "text/html", "");
	for (size_t i = 0; i < n; i++)
		put_work(b, s, &times[i]);
	for (size_t i = 0; i < rows.n && i < ENTRIES; i++)
		put_incident(b, s->brand, &rows.v[i]);
	html_str(b, "</feed>\n");
	incident_rows_release(&rows);
}

static void put_change(struct html *b, const struct status_page *s,
	const struct tool_event *e, size_t places)
{
	char what[40];
	struct buf words;

	buf_init(&words, NAMES_MAX);
	tool_event_words(&words, e, places);
	snprintf(what, sizeof what, "tool %d %016" PRIx64, (int)e->kind,
		e->key);
	html_str(b, "<entry>\n");
	put_id(b, s->slug, what, (int64_t)e->at);
	html_str(b, "<title>");
	escape_put(b, name_of(s));
	html_str(b, ": ");
	escape_put(b, buf_ok(&words) ? words.p : "tools changed");
	html_str(b, "</title>\n");
	put_instant(b, "published", (int64_t)e->at);
	put_instant(b, "updated", (int64_t)e->last);
	put_link(b, s->brand, s->slug, "alternate", "text/html", "/changes");
	html_str(b, "<content type=\"text\">");
	put_minute(b, (int64_t)e->at);
	html_str(b, ": ");
	escape_put(b, buf_ok(&words) ? words.p : "tools changed");
	html_str(b, ".</content>\n</entry>\n");
	buf_release(&words);
}

void feed_put_changes(struct html *b, const struct status_page *s,
	const struct tool_history *h)
{
	double newest = isnan(h->since) ? 0 : h->since;

	for (size_t i = 0; i < h->n && i < ENTRIES; i++)
		newest = fmax(newest, h->v[i].last);
	html_str(b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		   "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
	put_id(b, s->slug, "changes", 0);
	put_title(b, name_of(s), "changes of tools", "");
	put_instant(b, "updated", or_today((int64_t)newest, s->now));
	html_str(b, "<author><name>");
	escape_put(b, s->brand->title);
	html_str(b, "</name></author>\n");
	put_link(b, s->brand, s->slug, "self", "application/atom+xml",
		"/changes.atom");
	put_link(b, s->brand, s->slug, "alternate", "text/html", "/changes");
	for (size_t i = 0; i < h->n && i < ENTRIES; i++)
		put_change(b, s, &h->v[i], h->regions);
	html_str(b, "</feed>\n");
}

static void put_fleet_link(struct html *b, const struct fleet_feed *f,
	const char *rel, const char *type, const char *rest)
{
	html_fmt(b, "<link rel=\"%s\" type=\"%s\" href=\"", rel, type);
	escape_put(b, f->brand->url);
	if (f->account) {
		html_str(b, "/account/");
		escape_put(b, f->account);
	}
	html_fmt(b, "%s\"/>\n", *rest || f->account ? rest : "/");
}

static void put_planned(struct html *b, const struct fleet_feed *f,
	const struct occurrence *o)
{
	struct buf names;

	buf_init(&names, NAMES_MAX);
	if (maintenance_put_names(&names, o->of, f->servers, f->n_servers) &&
		buf_ok(&names)) {
		html_str(b, "<entry>\n");
		put_id(b, "*", o->of->id, o->start);
		html_str(b, "<title>");
		escape_put(b, names.p);
		html_str(b, ": maintenance</title>\n");
		put_instant(b, "updated", occurrence_announced(o));
		put_fleet_link(b, f, "alternate", "text/html", "");
		put_work_content(b, o);
		html_str(b, "</entry>\n");
	}
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

	html_str(b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		   "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
	put_id(b, f->account ? f->account : "*",
		f->account ? "account" : "fleet", 0);
	html_str(b, "<title>");
	escape_put(b, f->account ? f->account : f->brand->title);
	html_str(b, ": incidents</title>\n");
	put_instant(b, "updated", or_today(newest_of_fleet(f, *v), f->now));
	html_str(b, "<author><name>");
	escape_put(b, f->brand->title);
	html_str(b, "</name></author>\n");
	put_fleet_link(b, f, "self", "application/atom+xml", "/feed.atom");
	put_fleet_link(b, f, "alternate", "text/html", "");
	for (size_t i = 0; i < f->n_times; i++)
		put_planned(b, f, &f->times[i]);
	for (size_t i = 0; v[i] && i < FLEET_ENTRIES; i++)
		put_incident(b, f->brand, v[i]);
	html_str(b, "</feed>\n");
	free(v);
}
