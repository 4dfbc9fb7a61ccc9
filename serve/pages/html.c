#include "pages/html.h"

#include "base/clock.h"
#include "base/text.h"
#include "data/brand.h"
#include "data/incident_words.h"
#include "data/places.h"
#include "data/times.h"
#include "http/paging.h"
#include "pages/sharing.h"

#include <string.h>

/* More than a site may say of itself, in bytes. */
#define INTRO_WORD 4096
#define DAY_S 86400

struct word html_condition(struct condition c)
{
	static const struct word words[CONDITION_STATES] = {
		[CONDITION_DOWN] = {"Not working", "down"},
		[CONDITION_DEGRADED] = {"Partly working", "part"},
		[CONDITION_MAINTENANCE] = {"Under maintenance", "work"},
		[CONDITION_STALE] = {"No recent data", "none"},
		[CONDITION_PENDING] = {"Awaiting first probe", "none"},
		[CONDITION_UP] = {"Working", "up"},
	};

	if (c.note != NOTE_NONE)
		return (struct word) {"Working, but", "part"};
	return words[c.state];
}

struct word html_place(enum place p)
{
	static const struct word words[] = {
		[PLACE_WORKING] = {"working", "up"},
		[PLACE_NOT_WORKING] = {"not working", "down"},
		[PLACE_NO_DATA] = {"no data", "none"},
		[PLACE_UNCHECKED] = {"unchecked", "none"},
	};

	return words[p];
}

/*
 * Each state has a shape of its own: colour is never the only sign. They are
 * drawn once, and used from here.
 */
static const char icons[] =
	"<svg width=\"0\" height=\"0\" aria-hidden=\"true\" class=\"icons\">"
	"<symbol id=\"i-up\" viewBox=\"0 0 16 16\">"
	"<circle class=\"up\" cx=\"8\" cy=\"8\" r=\"8\"/>"
	"<path class=\"mark\" d=\"M4.4 8.4l2.5 2.5 4.8-5.2\"/></symbol>"
	"<symbol id=\"i-part\" viewBox=\"0 0 16 16\">"
	"<path class=\"part\" d=\"M8 .6L16 15.4H0z\"/>"
	"<path class=\"mark\" d=\"M8 5.8v4.4M8 12.4v.6\"/></symbol>"
	"<symbol id=\"i-down\" viewBox=\"0 0 16 16\">"
	"<rect class=\"down\" x=\".5\" y=\".5\" width=\"15\" height=\"15\" "
	"rx=\"2\"/>"
	"<path class=\"mark\" d=\"M5 5l6 6M11 5l-6 6\"/></symbol>"
	"<symbol id=\"i-none\" viewBox=\"0 0 16 16\">"
	"<circle class=\"none\" cx=\"8\" cy=\"8\" r=\"6.8\"/></symbol>"
	"<symbol id=\"i-work\" viewBox=\"0 0 16 16\">"
	"<path class=\"work\" d=\"M8 0l8 8-8 8-8-8z\"/>"
	"<path class=\"mark\" d=\"M5 8h6\"/></symbol></svg>\n";

void html_icon(struct html *b, const char *class)
{
	html_fmt(b,
		"<svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-%s\"/>"
		"</svg>",
		class);
}

void html_put_favicon(struct html *b, const char *class)
{
	static const struct {
		const char *class, *shape;
	} shapes[] = {
		{"up", "<circle cx=\"8\" cy=\"8\" r=\"8\" fill=\"#1a7f37\"/>"
		       "<path d=\"M4.4 8.4l2.5 2.5 4.8-5.2\""},
		{"part", "<path d=\"M8 .6L16 15.4H0z\" fill=\"#9a6700\"/>"
			 "<path d=\"M8 5.8v4.4M8 12.4v.6\""},
		{"down", "<rect width=\"16\" height=\"16\" rx=\"2\" "
			 "fill=\"#cf222e\"/><path d=\"M5 5l6 6M11 5l-6 6\""},
		{"work", "<path d=\"M8 0l8 8-8 8-8-8z\" fill=\"#0757b5\"/>"
			 "<path d=\"M5 8h6\""},
		{"none", "<circle cx=\"8\" cy=\"8\" r=\"8\" fill=\"#6a737d\"/>"
			 "<path d=\"M5 8h.1M8 8h.1M11 8h.1\""},
	};

	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		if (strcmp(shapes[i].class, class) == 0)
			html_fmt(b,
				"<svg xmlns=\"http://www.w3.org/2000/svg\" "
				"viewBox=\"0 0 16 16\">%s fill=\"none\" "
				"stroke=\"#fff\" stroke-width=\"2\" "
				"stroke-linecap=\"round\"/></svg>\n",
				shapes[i].shape);
}

void html_name_text(struct buf *b, const struct frame *f)
{
	if (f->state)
		buf_fmt(b, "%s: ", f->state);
	text_put(b, f->title ? f->title : f->brand->title);
}

void html_name(struct html *b, const struct frame *f)
{
	struct buf text;

	buf_init(&text, b->out.max);
	html_name_text(&text, f);
	escape_take(b, &text);
}

static void put_title(struct html *b, const struct frame *f)
{
	html_str(b, "<title>");
	html_name(b, f);
	if (f->title) {
		html_str(b, " &middot; ");
		escape_put(b, f->brand->title);
	}
	html_str(b, "</title>\n");
}

/*
 * An open page must not go on claiming what was true an hour ago. Reloading it
 * under a reader who cannot stop that would be rude (WCAG 2.2.1, 2.2.2); so where
 * no script runs, a delayed animation of the style shows this.
 */
static const char aged[] =
	"<p class=\"banner aged\">This page is over 5 minutes old. "
	"<a href=\"\">Reload</a> for the current status.</p>\n";

/* The title stands beside the logo, so that it needs no words of its own. */
static void put_header(struct html *b, const struct brand *brand)
{
	html_str(b, "<header><a href=\"");
	escape_put(b, brand->link);
	html_str(b, "\">");
	if (brand->logo) {
		html_str(b, "<img class=\"logo\" alt=\"\" referrerpolicy="
			   "\"no-referrer\" src=\"");
		escape_put(b, brand->logo);
		html_str(b, "\">");
	}
	escape_put(b, brand->title);
	html_str(b, "</a></header>\n");
}

void html_begin(struct html *b, const struct frame *f)
{
	html_str(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		   "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
		   "content=\"width=device-width, initial-scale=1\">\n"
		   "<meta name=\"color-scheme\" content=\"light dark\">\n");
	put_title(b, f);
	html_fmt(b,
		"<link rel=\"stylesheet\" href=\"/style.css\">\n"
		"<link rel=\"icon\" href=\"/favicon%s%s.svg\" "
		"type=\"image/svg+xml\">\n",
		f->icon ? "-" : "", f->icon ? f->icon : "");
	if (f->feed)
		html_fmt(b,
			"<link rel=\"alternate\" type=\"application/atom+xml\" "
			"title=\"%s\" href=\"%s\">\n",
			f->feed_title ? f->feed_title : "Incidents", f->feed);
	if (f->calendar)
		html_fmt(b,
			"<link rel=\"alternate\" type=\"text/calendar\" "
			"title=\"Maintenance\" href=\"%s\">\n",
			f->calendar);
	sharing_put(b, f);
	html_str(b, "<script src=\"/page.js\" defer></script>\n"
		   "</head>\n<body>\n");
	html_str(b, icons);
	put_header(b, f->brand);
	html_str(b, f->open ? "<main data-refresh=\"60\">\n" : "<main>\n");
	if (f->live)
		html_str(b, aged);
}

/* How many of the n bytes, which begin with an address, are of it. */
static size_t address(const char *s, size_t n)
{
	while (n && strchr(".,;:!?)'\"", s[n - 1]))
		n--;
	return n;
}

void html_intro(struct html *b, const struct brand *brand)
{
	const char *s = brand->intro;
	char word[INTRO_WORD];

	if (!s)
		return;
	html_str(b, "<p class=\"intro\">");
	while (*s) {
		bool link = strncmp(s, "https://", 8) == 0;
		size_t n = strcspn(s, " ");

		n = link ? address(s, n)
			 : strcspn(s, " (") + strspn(s + strcspn(s, " ("), " (");
		snprintf(word, sizeof word, "%.*s", (int)n, s);
		if (link) {
			html_str(b, "<a href=\"");
			escape_put(b, word);
			html_str(b, "\">");
		}
		escape_put(b, word);
		html_str(b, link ? "</a>" : "");
		s += n;
	}
	html_str(b, "</p>\n");
}

static void put_contact(struct html *b, const char *url, const char *name)
{
	if (!url)
		return;
	html_str(b, " <a href=\"");
	escape_put(b, url);
	html_fmt(b, "\">%s</a>", name);
}

void html_end(struct html *b, const struct brand *brand, bool home)
{
	html_str(b, "</main>\n<footer>");
	if (home) {
		html_intro(b, brand);
		html_str(b, "<a href=\"/\">All servers</a> ");
	}
	html_str(b, "<a href=\"/man/\">Manual</a>");
	put_contact(b, brand->support, "Support");
	put_contact(b, brand->imprint, "Imprint");
	put_contact(b, brand->privacy, "Privacy");
	html_str(b, "</footer>\n</body>\n</html>\n");
}

void html_element(struct html *b, const char *tag, const char *text)
{
	html_fmt(b, "<%s>", tag);
	escape_put(b, text);
	html_fmt(b, "</%s>\n", tag);
}

static void begin_time(struct html *b, int64_t t)
{
	char s[CLOCK_RFC3339];

	clock_rfc3339(t, s);
	html_fmt(b, "<time datetime=\"%s\">", s);
}

void html_time(struct html *b, int64_t t, double now)
{
	begin_time(b, t);
	times_instant(&b->out, t, now);
	html_str(b, "</time>");
}

void html_clock(struct html *b, int64_t t)
{
	begin_time(b, t);
	times_clock(&b->out, t);
	html_str(b, "</time>");
}

void html_date_clock(struct html *b, int64_t t)
{
	begin_time(b, t);
	html_day(b, t / DAY_S);
	html_str(b, ", ");
	times_clock(&b->out, t);
	html_str(b, "</time>");
}

void html_zone(struct html *b)
{
	html_str(b, "<span class=\"zone\">UTC</span>");
}

void html_day(struct html *b, int64_t day)
{
	times_day(&b->out, day);
}

void html_private(struct html *b, const char *account, bool up)
{
	html_str(b, "<p class=\"dim\">Only people signed in as <b>");
	escape_put(b, account);
	html_str(b, "</b> see this page. ");
	if (up) {
		html_str(b, "<a href=\"/account/");
		escape_put(b, account);
		html_str(b, "\">All servers of ");
		escape_put(b, account);
		html_str(b, "</a>, ");
	}
	html_str(b, "<a href=\"/account/");
	escape_put(b, account);
	html_fmt(b, "/leave\" rel=\"nofollow\">%s</a></p>\n",
		up ? "sign out" : "Sign out");
}

void html_span(struct html *b, double s)
{
	times_span(&b->out, s);
}

void html_put_place(struct html *b, const struct seen_place *p)
{
	struct buf text;

	buf_init(&text, b->out.max);
	places_put(&text, p);
	escape_take(b, &text);
}

void html_put_places(struct html *b, const struct places *l, enum place place)
{
	struct buf text;

	buf_init(&text, b->out.max);
	places_put_state(&text, l, place);
	escape_take(b, &text);
}

void html_put_regions(struct html *b, const struct places *l,
	const char (*names)[REGION_MAX + 1], size_t n)
{
	struct buf text;

	buf_init(&text, b->out.max);
	places_put_regions(&text, l, names, n);
	escape_take(b, &text);
}

void html_put_where(struct html *b, const struct places *l,
	const char (*names)[REGION_MAX + 1], size_t n)
{
	struct buf text;

	buf_init(&text, b->out.max);
	places_put_where(&text, l, names, n);
	escape_take(b, &text);
}

void html_put_latest(struct html *b, const struct incident *in)
{
	struct buf text;

	buf_init(&text, b->out.max);
	incident_words_latest(&text, in);
	escape_take(b, &text);
}

static void put_page_link(struct html *b, const struct request *r,
	const char *rel, const char *text, size_t page)
{
	struct buf address;

	buf_init(&address, b->out.max);
	paging_address(r, page, &address);
	html_fmt(b, "<a rel=\"%s\" href=\"", rel);
	/* It may be longer than escape_put lets pass, and is encoded. */
	for (const char *p = address.p; *p; p++) {
		html_char(b, *p);
		if (*p == '&')
			html_str(b, "amp;");
	}
	html_fmt(b, "\">%s</a>\n", text);
	buf_release(&address);
}

void html_pages(
	struct html *b, const struct paging *p, const struct request *r)
{
	if (p->pages == 1 && p->page == 1)
		return;
	html_str(b, "<nav class=\"pages\" aria-label=\"Pages\">\n");
	if (p->page > p->pages)
		put_page_link(b, r, "prev", "Last page", p->pages);
	else if (p->page > 1)
		put_page_link(b, r, "prev", "Previous", p->page - 1);
	if (p->page <= p->pages)
		html_fmt(b, "<span>Page %zu of %zu</span>\n", p->page,
			p->pages);
	if (p->page < p->pages)
		put_page_link(b, r, "next", "Next", p->page + 1);
	html_str(b, "</nav>\n");
}
