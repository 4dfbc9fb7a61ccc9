#include "pages/sharing.h"

#include "base/clock.h"
#include "data/brand.h"
#include "json/json.h"
#include "pages/html.h"

/* All of the JSON, in bytes. */
#define DATA_MAX 32768

/* Of a page that has an address, as long as that of the site is known. */
static void put_address(struct html *b, const struct frame *f)
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
static void put_about(struct html *b, const char *key, const char *about)
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
	html_name(b, f);
	html_str(b, "\">\n");
	if (f->about)
		put_about(b, "property=\"og:description\"", f->about);
	put_property(b, "type", "website");
	put_property(b, "site_name", f->brand->title);
	if (!*f->brand->url)
		return;
	html_str(b, "<meta property=\"og:url\" content=\"");
	put_address(b, f);
	html_str(b, "\">\n");
	if (f->preview)
		put_image(b, f);
}

static void put_address_of(struct buf *json, const struct frame *f)
{
	struct buf url;

	buf_init(&url, DATA_MAX);
	buf_fmt(&url, "%s%s", f->brand->url, f->path);
	json_put_member(json, "@id", buf_ok(&url) ? url.p : "");
	json_put_member(json, "url", buf_ok(&url) ? url.p : "");
	buf_release(&url);
}

static void put_description(struct buf *json, const struct frame *f)
{
	struct buf name;

	buf_init(&name, DATA_MAX);
	html_name_text(&name, f);
	json_put_member(json, "name", buf_ok(&name) ? name.p : "");
	json_put_member(json, "description", f->about);
	buf_release(&name);
}

/*
 * A page about an API is all that schema.org has words for: whether a server works
 * now is a property of game servers alone there (serverStatus), so that is said in
 * the description.
 */
static void put_members(struct buf *json, const struct frame *f)
{
	char as_of[CLOCK_RFC3339];

	buf_str(json, "{\"@context\":\"https://schema.org\","
		      "\"@type\":\"WebPage\"");
	put_address_of(json, f);
	put_description(json, f);
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
static void put_data(struct html *b, const struct frame *f)
{
	struct buf json;

	buf_init(&json, DATA_MAX);
	put_members(&json, f);
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

void sharing_put(struct html *b, const struct frame *f)
{
	if (f->unlisted)
		html_str(b, "<meta name=\"robots\" content=\"noindex\">\n");
	if (f->unlisted || !f->path)
		return;
	if (f->about)
		put_about(b, "name=\"description\"", f->about);
	if (*f->brand->url) {
		html_str(b, "<link rel=\"canonical\" href=\"");
		put_address(b, f);
		html_str(b, "\">\n");
	}
	put_open_graph(b, f);
	if (f->server && f->about && *f->brand->url)
		put_data(b, f);
}
