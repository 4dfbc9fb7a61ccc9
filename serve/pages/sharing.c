#include "pages/sharing.h"

#include "base/clock.h"
#include "data/brand.h"
#include "http/escape.h"
#include "json/json.h"
#include "pages/html.h"

/* All of the JSON, in bytes. */
#define DATA_MAX 32768

/* Of a page that has an address, as long as that of the site is known. */
static void put_address(struct buf *b, const struct frame *f)
{
	escape_put(b, f->brand->url);
	buf_str(b, f->path);
}

static void put_property(struct buf *b, const char *name, const char *text)
{
	buf_fmt(b, "<meta property=\"og:%s\" content=\"", name);
	escape_put(b, text);
	buf_str(b, "\">\n");
}

/* The image that stands beside a link to the page elsewhere, and its size there. */
static void put_image(struct buf *b, const struct frame *f)
{
	buf_str(b, "<meta property=\"og:image\" content=\"");
	escape_put(b, f->brand->url);
	buf_fmt(b,
		"%s\">\n<meta property=\"og:image:type\" "
		"content=\"image/png\">\n"
		"<meta property=\"og:image:width\" content=\"%d\">\n"
		"<meta property=\"og:image:height\" content=\"%d\">\n"
		"<meta property=\"og:image:alt\" content=\"",
		f->preview, PREVIEW_WIDTH, PREVIEW_HEIGHT);
	if (f->subject) {
		escape_put(b, f->subject);
		buf_str(b, ": ");
	}
	escape_put(b, f->title);
	buf_fmt(b,
		": %s\">\n<meta name=\"twitter:card\" "
		"content=\"summary_large_image\">\n",
		f->state);
}

static void put_open_graph(struct buf *b, const struct frame *f)
{
	buf_str(b, "<meta property=\"og:title\" content=\"");
	html_name(b, f);
	buf_str(b, "\">\n");
	if (f->about)
		buf_fmt(b, "<meta property=\"og:description\" content=\"%s\">\n",
			f->about);
	put_property(b, "type", "website");
	put_property(b, "site_name", f->brand->title);
	if (!*f->brand->url)
		return;
	buf_str(b, "<meta property=\"og:url\" content=\"");
	put_address(b, f);
	buf_str(b, "\">\n");
	if (f->preview)
		put_image(b, f);
}

/* A member whose text is escaped, as `text` plain. */
static void put_plain(struct buf *json, const char *key, const struct buf *text)
{
	struct buf plain;

	buf_init(&plain, DATA_MAX);
	escape_undo(&plain, buf_ok(text) ? text->p : "");
	json_put_member(json, key, buf_ok(&plain) ? plain.p : "");
	buf_release(&plain);
}

static void put_address_of(struct buf *json, const struct frame *f)
{
	struct buf url;

	buf_init(&url, DATA_MAX);
	put_address(&url, f);
	put_plain(json, "@id", &url);
	put_plain(json, "url", &url);
	buf_release(&url);
}

static void put_description(struct buf *json, const struct frame *f)
{
	struct buf text;

	buf_init(&text, DATA_MAX);
	html_name(&text, f);
	put_plain(json, "name", &text);
	buf_clear(&text);
	buf_str(&text, f->about);
	put_plain(json, "description", &text);
	buf_release(&text);
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
static void put_data(struct buf *b, const struct frame *f)
{
	struct buf json;

	buf_init(&json, DATA_MAX);
	put_members(&json, f);
	if (buf_ok(&json)) {
		buf_str(b, "<script type=\"application/ld+json\">");
		for (const char *p = json.p; *p; p++)
			if (*p == '<' || *p == '>' || *p == '&')
				buf_fmt(b, "\\u%04x", (unsigned)*p);
			else
				buf_char(b, *p);
		buf_str(b, "</script>\n");
	}
	buf_release(&json);
}

void sharing_put(struct buf *b, const struct frame *f)
{
	if (f->unlisted)
		buf_str(b, "<meta name=\"robots\" content=\"noindex\">\n");
	if (f->unlisted || !f->path)
		return;
	if (f->about)
		buf_fmt(b, "<meta name=\"description\" content=\"%s\">\n",
			f->about);
	if (*f->brand->url) {
		buf_str(b, "<link rel=\"canonical\" href=\"");
		put_address(b, f);
		buf_str(b, "\">\n");
	}
	put_open_graph(b, f);
	if (f->server && f->about && *f->brand->url)
		put_data(b, f);
}
