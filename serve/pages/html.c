#include "pages/html.h"

#include "base/clock.h"
#include "base/text.h"
#include "data/entries.h"
#include "data/places.h"
#include "http/paging.h"
#include "json/json.h"
#include "words/words.h"

#include <string.h>

/* The title of a page, without that of the site. */
static void put_name_text(struct buf *b, const struct frame *f)
{
	if (f->state)
		buf_fmt(b, "%s: ", f->state);
	text_put(b, f->title ? f->title : f->brand->title);
}

static void put_name(struct html *b, const struct frame *f)
{
	struct buf text;

	buf_init(&text, b->out.max);
	put_name_text(&text, f);
	escape_take(b, &text);
}

/* ---- For search engines, and for programs that show a link. */

/* All of the JSON, in bytes. */
#define DATA_MAX 32768

/* Of a page that has an address, as long as that of the site is known. */
static void put_own_address(struct html *b, const struct frame *f)
{
	escape_put(b, f->brand->url);
	html_str(b, f->path);
}

static void put_property(struct html *b, const char *name, const char *text)
{
	html_fmt(b, "<meta property=\"og:%s\" content=\"", name);
	escape_put(b, text);
	html_str(b, "\">\n");
}

/* What it is about, which may be longer than a name. */
static void put_description(struct html *b, const char *key, const char *about)
{
	html_fmt(b, "<meta %s content=\"", key);
	escape_whole(b, about);
	html_str(b, "\">\n");
}

/* The image that stands beside a link to the page elsewhere, and its size there. */
static void put_image(struct html *b, const struct frame *f)
{
	html_str(b, "<meta property=\"og:image\" content=\"");
	escape_put(b, f->brand->url);
	html_fmt(b,
		"%s\">\n<meta property=\"og:image:type\" "
		"content=\"image/png\">\n"
		"<meta property=\"og:image:width\" content=\"%d\">\n"
		"<meta property=\"og:image:height\" content=\"%d\">\n"
		"<meta property=\"og:image:alt\" content=\"",
		f->preview, PREVIEW_WIDTH, PREVIEW_HEIGHT);
	if (f->subject) {
		escape_put(b, f->subject);
		html_str(b, ": ");
	}
	escape_put(b, f->title);
	html_str(b, ": ");
	escape_whole(b, f->state);
	html_str(b, "\">\n<meta name=\"twitter:card\" "
		    "content=\"summary_large_image\">\n");
}

static void put_open_graph(struct html *b, const struct frame *f)
{
	html_str(b, "<meta property=\"og:title\" content=\"");
	put_name(b, f);
	html_str(b, "\">\n");
	if (f->about)
		put_description(b, "property=\"og:description\"", f->about);
	put_property(b, "type", "website");
	put_property(b, "site_name", f->brand->title);
	if (!*f->brand->url)
		return;
	html_str(b, "<meta property=\"og:url\" content=\"");
	put_own_address(b, f);
	html_str(b, "\">\n");
	if (f->preview)
		put_image(b, f);
}

static void put_json_ld_address(struct buf *json, const struct frame *f)
{
	struct buf url;

	buf_init(&url, DATA_MAX);
	buf_fmt(&url, "%s%s", f->brand->url, f->path);
	json_put_member(json, "@id", buf_ok(&url) ? url.p : "");
	json_put_member(json, "url", buf_ok(&url) ? url.p : "");
	buf_release(&url);
}

static void put_json_ld_name(struct buf *json, const struct frame *f)
{
	struct buf name;

	buf_init(&name, DATA_MAX);
	put_name_text(&name, f);
	json_put_member(json, "name", buf_ok(&name) ? name.p : "");
	json_put_member(json, "description", f->about);
	buf_release(&name);
}

/*
 * A page about an API is all that schema.org has words for: whether a server works
 * now is a property of game servers alone there (serverStatus), so that is said in
 * the description.
 */
static void put_json_ld_members(struct buf *json, const struct frame *f)
{
	char as_of[CLOCK_RFC3339];

	buf_str(json, "{\"@context\":\"https://schema.org\","
		      "\"@type\":\"WebPage\"");
	put_json_ld_address(json, f);
	put_json_ld_name(json, f);
	if (f->as_of) {
		clock_rfc3339(f->as_of, as_of);
		json_put_member(json, "dateModified", as_of);
	}
	json_put_key(json, "isPartOf");
	buf_str(json, "{\"@type\":\"WebSite\"");
	json_put_member(json, "name", f->brand->title);
	json_put_member(json, "url", f->brand->url);
	buf_char(json, '}');
	json_put_key(json, "about");
	buf_str(json, "{\"@type\":\"WebAPI\"");
	json_put_member(json, "name", f->server);
	buf_str(json, "}}");
}

/*
 * A block of data, which browsers never run. Outside of its strings JSON has none
 * of these characters, and with them no text ends the element, or begins another.
 */
static void put_json_ld(struct html *b, const struct frame *f)
{
	struct buf json;

	buf_init(&json, DATA_MAX);
	put_json_ld_members(&json, f);
	if (buf_ok(&json)) {
		html_str(b, "<script type=\"application/ld+json\">");
		for (const char *p = json.p; *p; p++)
			if (*p == '<' || *p == '>' || *p == '&')
				html_fmt(b, "\\u%04x", (unsigned)*p);
			else
				html_char(b, *p);
		html_str(b, "</script>\n");
	}
	buf_release(&json);
}

/*
 * For search engines, and for programs that show a link: description, canonical address,
 * OpenGraph (https://ogp.me), and the state of a server as JSON-LD. A page that is not
 * for everybody, or says that there is nothing, has none of it.
 */
static void put_sharing(struct html *b, const struct frame *f)
{
	if (f->unlisted)
		html_str(b, "<meta name=\"robots\" content=\"noindex\">\n");
	if (f->unlisted || !f->path)
		return;
	if (f->about)
		put_description(b, "name=\"description\"", f->about);
	if (*f->brand->url) {
		html_str(b, "<link rel=\"canonical\" href=\"");
		put_own_address(b, f);
		html_str(b, "\">\n");
	}
	put_open_graph(b, f);
	if (f->server && f->about && *f->brand->url)
		put_json_ld(b, f);
}

/* ---- The banner of our own checks. */

static bool is_late(const struct own_checks *o, enum stage stage)
{
	return stage_stale(o->heartbeats[stage], o->now, STAGE_STALE_S);
}

static void put_checks_stopped(struct html *b, const struct own_checks *o)
{
	html_str(b,
		"<p class=\"banner\" role=\"status\"><b>Our own checks have "
		"stopped.</b> The last result is from ");
	html_time(b, o->as_of, o->now);
	if (o->now > (double)o->as_of) {
		html_str(b, ", ");
		html_span(b, o->now - (double)o->as_of);
		html_str(b, " ago");
	}
	html_fmt(b,
		". We do not know whether the server%s now. The fault is ours."
		"</p>\n",
		o->many ? "s work" : " works");
}

void own_checks_put(struct html *b, const struct own_checks *o)
{
	if (o->freshness == VIEW_NONE && !o->many)
		html_str(b, "<p class=\"banner\" role=\"status\">There is no "
			   "result yet: awaiting first probe.</p>\n");
	else if (o->freshness == VIEW_STALE)
		put_checks_stopped(b, o);
	else if (is_late(o, STAGE_INGEST) || is_late(o, STAGE_VERDICT))
		html_str(b, "<p class=\"banner\" role=\"status\"><b>Our own "
			   "checks are late.</b> This page may be out of date."
			   "</p>\n");
	else if (o->unnotified)
		html_str(b, "<p class=\"banner\" role=\"status\"><b>Our "
			   "notifications do not arrive.</b> An operator may "
			   "not know yet of an outage below; the states are up "
			   "to date.</p>\n");
	else if (!o->many && is_late(o, STAGE_ALERT))
		html_str(b, "<p class=\"banner\" role=\"status\"><b>Incidents "
			   "may be missing here.</b> The program that records "
			   "them is late; the state above is up to date.</p>\n");
}

/* ---- The frame, icons and times. */

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

static void put_title(struct html *b, const struct frame *f)
{
	html_str(b, "<title>");
	put_name(b, f);
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
	put_sharing(b, f);
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
