/* SPDX-License-Identifier: MIT */
#include "pages/html.h"

#include "base/clock.h"
#include "base/text.h"
#include "data/entries.h"
#include "data/incidents.h"
#include "data/places.h"
#include "http/paging.h"
#include "json/json.h"
#include "pages/pages.h"
#include "words/words.h"

#include <string.h>

/* The title of a page, without that of the site. */
static void put_name_text(struct buf *b, const struct frame *f)
{
	if (f->state)
		buf_fmt(b, "%s: ", f->state);
	text_put(b, f->title ? f->title : f->brand->title);
	if (f->subject) {
		buf_str(b, " \xc2\xb7 ");
		text_put(b, f->subject);
	}
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

/* The image that stands beside a link to the page elsewhere, and its size there. */
static void put_image(struct html *b, const struct frame *f)
{
	html_fmt(b,
		"<meta property='og:image' content='%s%s'>\n"
		"<meta property='og:image:type' content='image/png'>\n"
		"<meta property='og:image:width' content='%d'>\n"
		"<meta property='og:image:height' content='%d'>\n"
		"<meta property='og:image:alt' content='%s%s%s: %ls'>\n"
		"<meta name='twitter:card' content='summary_large_image'>\n",
		f->brand->url, f->preview, PREVIEW_WIDTH, PREVIEW_HEIGHT,
		f->subject ? f->subject : "", f->subject ? ": " : "", f->title,
		HTML_WHOLE(f->state));
}

static void put_open_graph(struct html *b, const struct frame *f)
{
	html_fmt(b, "<meta property='og:title' content='");
	put_name(b, f);
	html_fmt(b, "'>\n");
	if (f->about)
		html_fmt(b,
			"<meta property='og:description' content='%ls'>\n",
			HTML_WHOLE(f->about));
	html_fmt(b,
		"<meta property='og:type' content='website'>\n"
		"<meta property='og:site_name' content='%s'>\n",
		f->brand->title);
	if (!*f->brand->url)
		return;
	html_fmt(b, "<meta property='og:url' content='%s%s'>\n",
		f->brand->url, f->path);
	if (f->preview)
		put_image(b, f);
}

/*
 * A page about an API is all that schema.org has words for: whether a server works
 * now is a property of game servers alone there (serverStatus), so that is said in
 * the description.
 */
static void put_json_ld_members(struct buf *json, const struct frame *f)
{
	struct buf url, name;

	buf_init(&url, DATA_MAX);
	buf_fmt(&url, "%s%s", f->brand->url, f->path);
	buf_init(&name, DATA_MAX);
	put_name_text(&name, f);
	json_fmt(json,
		"{'@context':'https://schema.org','@type':'WebPage',"
		"'@id':%s,'url':%s,'name':%s,'description':%s",
		buf_ok(&url) ? url.p : "", buf_ok(&url) ? url.p : "",
		buf_ok(&name) ? name.p : "", f->about);
	if (f->as_of)
		json_fmt(json, ",'dateModified':%jd", (intmax_t)f->as_of);
	json_fmt(json,
		",'isPartOf':{'@type':'WebSite','name':%s,'url':%s},"
		"'about':{'@type':'WebAPI','name':%s}}",
		f->brand->title, f->brand->url, f->server);
	buf_release(&url);
	buf_release(&name);
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
		html_fmt(b, "<script type='application/ld+json'>");
		for (const char *p = json.p; *p; p++) {
			size_t n = strcspn(p, "<>&");

			html_add(b, p, n);
			p += n;
			if (!*p)
				break;
			html_fmt(b, "\\u%04x", (unsigned)*p);
		}
		html_fmt(b, "</script>\n");
	}
	buf_release(&json);
}

/*
 * For search engines, and for programs that show a link: description, canonical
 * address, OpenGraph (https://ogp.me), and the state of a server as JSON-LD. A
 * page that is not for everybody, or says that there is nothing, has none of
 * it.
 */
static void put_sharing(struct html *b, const struct frame *f)
{
	if (f->unlisted)
		html_fmt(b, "<meta name='robots' content='noindex'>\n");
	if (f->unlisted || !f->path)
		return;
	if (f->about)
		html_fmt(b, "<meta name='description' content='%ls'>\n",
			HTML_WHOLE(f->about));
	if (*f->brand->url)
		html_fmt(b, "<link rel='canonical' href='%s%s'>\n",
			f->brand->url, f->path);
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
	html_fmt(b,
		"<p class='banner' role='status'><b>Our own checks have "
		"stopped.</b> The last result is from %ls",
		HTML_TIME(o->as_of, o->now));
	if (o->now > (double)o->as_of)
		html_fmt(b, ", %ls ago", HTML_SPAN(o->now - (double)o->as_of));
	html_fmt(b,
		". We do not know whether the server%s now. The fault is ours."
		"</p>\n",
		o->many ? "s work" : " works");
}

void own_checks_put(struct html *b, const struct own_checks *o)
{
	const char *bold = "", *rest = NULL;

	if (o->freshness == VIEW_NONE && !o->many) {
		rest = "There is no result yet: awaiting first probe.";
	} else if (o->freshness == VIEW_STALE) {
		put_checks_stopped(b, o);
	} else if (is_late(o, STAGE_INGEST) || is_late(o, STAGE_VERDICT)) {
		bold = "Our own checks are late.";
		rest = " This page may be out of date.";
	} else if (o->unnotified) {
		bold = "Our notifications do not arrive.";
		rest = " An operator may not know yet of an outage below; the "
		       "states are up to date.";
	} else if (!o->many && is_late(o, STAGE_ALERT)) {
		bold = "Incidents may be missing here.";
		rest = " The program that records them is late; the state "
		       "above is up to date.";
	}
	if (rest)
		html_fmt(b,
			*bold ? "<p class='banner' role='status'><b>%s</b>%s"
				"</p>\n"
			      : "<p class='banner' role='status'>%s%s</p>\n",
			bold, rest);
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

const char *html_trouble_class(int t)
{
	return t == TROUBLE_DOWN ? "down" : "part";
}

void html_part_ms(struct html *b, const struct html_part *p)
{
	if (p->now < 999.5)
		html_fmt(b, "%.0f&#8239;ms", p->now);
	else
		html_fmt(b, "%.1f&#8239;s", p->now / 1000);
}

void html_part_icon(struct html *b, const struct html_part *p)
{
	html_fmt(b,
		"<svg class='icon' aria-hidden='true'><use href='#i-%s'/>"
		"</svg>",
		p->text);
}

void html_put_favicon(struct html *b, const char *class)
{
	static const struct {
		const char *class, *colour, *shape, *mark;
	} shapes[] = {
		{"up", "#1a7f37", "circle cx='8' cy='8' r='8'",
			"M4.4 8.4l2.5 2.5 4.8-5.2"},
		{"part", "#9a6700", "path d='M8 .6L16 15.4H0z'",
			"M8 5.8v4.4M8 12.4v.6"},
		{"down", "#cf222e", "rect width='16' height='16' rx='2'",
			"M5 5l6 6M11 5l-6 6"},
		{"work", "#0757b5", "path d='M8 0l8 8-8 8-8-8z'", "M5 8h6"},
		{"none", "#6a737d", "circle cx='8' cy='8' r='8'",
			"M5 8h.1M8 8h.1M11 8h.1"},
	};

	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		if (strcmp(shapes[i].class, class) == 0)
			html_fmt(b,
				"<svg xmlns='http://www.w3.org/2000/svg' "
				"viewBox='0 0 16 16'><%ls fill='%s'/><path "
				"d='%s' fill='none' stroke='#fff' "
				"stroke-width='2' stroke-linecap='round'/>"
				"</svg>\n",
				HTML_MARKUP(shapes[i].shape), shapes[i].colour,
				shapes[i].mark);
}

static void put_title(struct html *b, const struct frame *f)
{
	html_fmt(b, "<title>");
	put_name(b, f);
	if (f->title)
		html_fmt(b, " &middot; %s", f->brand->title);
	html_fmt(b, "</title>\n");
}

/*
 * An open page must not go on claiming what was true an hour ago. Reloading it
 * under a reader who cannot stop that would be rude (WCAG 2.2.1, 2.2.2); so where
 * no script runs, a delayed animation of the style shows this.
 */
static const char aged[] =
	"<p class='banner aged'>This page is over 5 minutes old. "
	"<a href=''>Reload</a> for the current status.</p>\n";

/* The title stands beside the logo, so that it needs no words of its own. */
static void put_header(struct html *b, const struct brand *brand)
{
	html_fmt(b, "<header><a href='%s'>", brand->link);
	if (brand->logo)
		html_fmt(b,
			"<img class='logo' alt='' "
			"referrerpolicy='no-referrer' src='%s'>",
			brand->logo);
	html_fmt(b, "%s</a></header>\n", brand->title);
}

void html_begin(struct html *b, const struct frame *f)
{
	html_fmt(b, "<!DOCTYPE html>\n<html lang='en'>\n<head>\n"
		   "<meta charset='utf-8'>\n<meta name='viewport' "
		   "content='width=device-width, initial-scale=1'>\n"
		   "<meta name='color-scheme' content='light dark'>\n");
	put_title(b, f);
	html_fmt(b, "<link rel='stylesheet' href='/style.css'>\n");
	if (f->brand->stylesheet)
		html_fmt(b, "<link rel='stylesheet' href='%s'>\n",
			f->brand->stylesheet);
	html_fmt(b,
		"<link rel='icon' href='/favicon%s%s.svg' "
		"type='image/svg+xml'>\n",
		f->icon ? "-" : "", f->icon ? f->icon : "");
	if (f->feed)
		html_fmt(b,
			"<link rel='alternate' type='application/atom+xml' "
			"title='%s' href='%s'>\n",
			f->feed_title ? f->feed_title : "Incidents", f->feed);
	if (f->calendar)
		html_fmt(b,
			"<link rel='alternate' type='text/calendar' "
			"title='Maintenance' href='%s'>\n",
			f->calendar);
	put_sharing(b, f);
	html_fmt(b, "<script src='/page.js' defer></script>\n"
		   "</head>\n<body>\n");
	buf_str(&b->out, page_icons);
	put_header(b, f->brand);
	html_fmt(b, f->open ? "<main data-refresh='60'>\n" : "<main>\n");
	if (f->live)
		html_fmt(b, aged);
}

/* The length of the address that the n bytes begin with. */
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
	html_fmt(b, "<p class='intro'>");
	while (*s) {
		bool link = strncmp(s, "https://", 8) == 0;
		size_t n = strcspn(s, " ");

		n = link ? address(s, n)
			 : strcspn(s, " (") + strspn(s + strcspn(s, " ("), " (");
		snprintf(word, sizeof word, "%.*s", (int)n, s);
		if (link)
			html_fmt(b, "<a href='%s'>%s</a>", word, word);
		else
			escape_put(b, word);
		s += n;
	}
	html_fmt(b, "</p>\n");
}

static void put_contact(struct html *b, const char *url, const char *name)
{
	if (url)
		html_fmt(b, " <a href='%s'>%s</a>", url, name);
}

void html_end(struct html *b, const struct brand *brand, bool home)
{
	html_fmt(b, "</main>\n<footer>");
	if (home) {
		html_intro(b, brand);
		html_fmt(b, "<a href='/'>All servers</a> ");
	}
	if (brand->manual)
		html_fmt(b, "<a href='/man/'>Manual</a>");
	put_contact(b, brand->support, "Support");
	put_contact(b, brand->imprint, "Imprint");
	put_contact(b, brand->privacy, "Privacy");
	html_fmt(b, "</footer>\n</body>\n</html>\n");
}

void html_subscribe(struct html *b, const struct brand *brand,
	const char *slug, const char *group)
{
	if (!brand->subscribe)
		return;
	html_fmt(b,
		"<details class='subscribe'><summary>By mail, Slack or webhook"
		"</summary>\n<form method='post' action='/subscribe'>"
		"<label>E-mail address, or https URL of Slack or a webhook"
		"<input name='to' required maxlength='499' autocomplete='email' "
		"inputmode='email' spellcheck='false'></label>\n");
	if (slug || group)
		html_fmt(b, "<label>News of <select name='topic'>");
	if (slug)
		html_fmt(b, "<option value='server:%s'>This server</option>",
			slug);
	if (group)
		html_fmt(b, "<option value='group:%s'>The group %s</option>",
			group, group);
	html_fmt(b, slug || group
			? "<option value='*'>All servers</option></select>"
			  "</label>\n"
			: "<input type='hidden' name='topic' value='*'>\n");
	html_fmt(b, "<button>Subscribe</button></form>\n</details>\n");
}

void html_element(struct html *b, const char *tag, const char *text)
{
	html_fmt(b, "<%s>%s</%s>\n", tag, text, tag);
}

void html_part_time(struct html *b, const struct html_part *p)
{
	char s[CLOCK_RFC3339];

	clock_rfc3339(p->at, s);
	html_fmt(b, "<time datetime='%s'>", s);
	if (p->kind == PART_DATE_CLOCK)
		html_fmt(b, "%ls, ", HTML_DAY(p->at / DAY_S));
	if (p->kind == PART_TIME)
		times_instant(&b->out, p->at, p->now);
	else
		times_clock(&b->out, p->at);
	html_fmt(b, "</time>");
}

void html_part_words(struct html *b, const struct html_part *p)
{
	const char (*names)[REGION_MAX + 1] =
		(const char (*)[REGION_MAX + 1])p->with;
	struct buf text;

	buf_init(&text, b->out.max);
	switch ((enum html_words)p->kind) {
	case PART_DAY:
		times_day(&text, p->at);
		break;
	case PART_SPAN:
		times_span(&text, p->now);
		break;
	case PART_PLACE:
		places_put(&text, p->of);
		break;
	case PART_PLACES:
		places_put_state(&text, p->of, (enum place)p->n);
		break;
	case PART_REGIONS:
		places_put_regions(&text, p->of, names, p->n);
		break;
	case PART_WHERE:
		places_put_where(&text, p->of, names, p->n);
		break;
	case PART_LATEST:
		incident_words_latest(&text, p->of);
		break;
	}
	escape_take(b, &text);
}

void html_private(struct html *b, const char *account, bool up)
{
	html_fmt(b,
		"<p class='dim'>Only people signed in as <b>%s</b> see this "
		"page. ",
		account);
	if (up)
		html_fmt(b,
			"<a href='/account/%s'>All servers of %s</a>, ",
			account, account);
	html_fmt(b, "<a href='/account/%s/leave' rel='nofollow'>%s</a></p>\n",
		account, up ? "sign out" : "Sign out");
}

static void put_page_link(struct html *b, const struct request *r,
	const char *rel, const char *text, size_t page)
{
	struct buf address;

	buf_init(&address, b->out.max);
	paging_address(r, page, &address);
	/* It is encoded, and may be longer than %s lets pass. */
	html_fmt(b, "<a rel='%s' href='%ls'>%s</a>\n", rel,
		HTML_WHOLE(address.p), text);
	buf_release(&address);
}

void html_pages(
	struct html *b, const struct paging *p, const struct request *r)
{
	if (p->pages == 1 && p->page == 1)
		return;
	html_fmt(b, "<nav class='pages' aria-label='Pages'>\n");
	if (p->page > p->pages)
		put_page_link(b, r, "prev", "Last page", p->pages);
	else if (p->page > 1)
		put_page_link(b, r, "prev", "Previous", p->page - 1);
	if (p->page <= p->pages)
		html_fmt(b, "<span>Page %zu of %zu</span>\n", p->page,
			p->pages);
	if (p->page < p->pages)
		put_page_link(b, r, "next", "Next", p->page + 1);
	html_fmt(b, "</nav>\n");
}
