/* SPDX-License-Identifier: MIT */
/*
 * embed.c: the page runs embed.js beside the script of all pages. The lines to copy
 * are text.
 */
#include "widget/embed.h"

#include "cgi/request.h"
#include "data/entries.h"
#include "data/search.h"
#include "http/escape.h"
#include "http/respond.h"
#include "pages/html.h"
#include "terms/names.h"

#include <stdbool.h>
#include <string.h>

struct preview {
	struct html *b;
	const struct brand *brand;
	const char *site;
	const char *slug; /* valid; or "" */
};

void embed_script(struct response *r)
{
	r->type = TYPE_JS;
	r->anywhere = true;
	buf_add(&r->body, embed_js, embed_js_size);
	etag_of_body(r);
}

/* The lines of `code`, as a text to be read and copied. */
static void put_code(struct html *b, struct buf *code)
{
	char *line, *rest = buf_ok(code) ? code->p : NULL;

	html_fmt(b, "<pre><code>");
	while ((line = strsep(&rest, "\n")))
		html_fmt(b, rest ? "%s\n" : "%s", line);
	html_fmt(b, "</code></pre>\n");
	buf_release(code);
}

/* Code in Markdown. */
static void put_markdown(const struct preview *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void put_markdown(const struct preview *p, const char *fmt, ...)
{
	struct buf code;
	va_list ap;

	buf_init(&code, 4096);
	va_start(ap, fmt);
	buf_vfmt(&code, fmt, ap);
	va_end(ap);
	put_code(p->b, &code);
}

/* A mount point, in lines that a narrow page can show. */
static void put_mount(struct html *b, const char *key, const char *slug,
	const char *look, const char *theme)
{
	html_fmt(b, "<div %s='alivemcp-embed'", key);
	if (*slug)
		html_fmt(b, " data-server='%s'", slug);
	html_fmt(b, "\n     data-style='%s' data-theme='%s'>", look, theme);
}

/* One mode: the live widget, and the lines to copy for it. */
static void put_mode(const struct preview *p, const char *look,
	const char *theme)
{
	struct html code;

	html_fmt(p->b, "<h2>%s, %s</h2>\n<div class='stage %s'>\n",
		strcmp(look, "card") == 0 ? "Card" : "Badge", theme, theme);
	put_mount(p->b, "class", p->slug, look, theme);
	/* Shown where no script runs. */
	if (*p->slug)
		html_fmt(p->b, "<a href='/status/%s'>Status of %s</a>",
			p->slug, p->slug);
	else
		html_fmt(p->b, "<a href='/'>MCP servers</a>");
	html_fmt(p->b, "</div>\n</div>\n");

	buf_init(&code.out, 4096);
	put_mount(&code, "id", p->slug, look, theme);
	html_fmt(&code, "</div>\n<script async src='%s/embed.js'></script>",
		p->site);
	put_code(p->b, &code.out);
}

/* The pill as an image, for where no script runs. */
static void put_image(const struct preview *p)
{
	struct html markup;

	html_fmt(p->b,
		"<h2>Image, for a README</h2>\n"
		"<p>For pages without scripts, such as GitHub.</p>\n"
		"<div class='stage'><a href='/status/%s'><img "
		"src='/badge/%s.svg' alt='MCP status of %s' height='20'></a>"
		"</div>\n",
		p->slug, p->slug, p->slug);
	put_markdown(p, "[![MCP status](%s/badge/%s.svg)](%s/status/%s)",
		p->site, p->slug, p->site, p->slug);
	html_fmt(p->b, "<p>The same as HTML:</p>\n");
	buf_init(&markup.out, 4096);
	html_fmt(&markup,
		"<a href='%s/status/%s'><img src='%s/badge/%s.svg' "
		"alt='MCP status'></a>",
		p->site, p->slug, p->site, p->slug);
	put_code(p->b, &markup.out);
}

/* The image with other words, and other looks. */
static void put_variants(const struct preview *p)
{
	static const struct {
		const char *parameters, *what;
	} variants[] = {
		{"theme=auto", "The state, light or dark as the page is"},
		{"style=flat-square", "The state, with square corners"},
		{"metric=uptime", "The uptime of 30 days"},
		{"metric=p95", "The response time of 24 hours"},
		{"metric=tools", "The number of tools"},
		{"metric=approved", "Whether the tools are approved"},
		{"metric=maintenance", "The next maintenance"},
		{"style=card", "A card with all figures"},
	};

	html_fmt(p->b,
		"<p>Put one of these behind <code>.svg</code>, or several "
		"with <code>&amp;</code> between them:</p>\n"
		"<ul class='variants'>\n");
	for (size_t i = 0; i < sizeof variants / sizeof *variants; i++)
		html_fmt(p->b,
			"<li><img src='/badge/%s.svg?%s' alt='%s'> "
			"<code>?%s</code></li>\n",
			p->slug, variants[i].parameters, variants[i].what,
			variants[i].parameters);
	html_fmt(p->b,
		"<li><code>?region=London</code>: seen from one of the locations "
		"that <a href='/status/%s'>its page</a> names</li>\n</ul>\n"
		"<p>Drawn by shields.io, which can read <code>.json</code> with "
		"the same parameters:</p>\n",
		p->slug);
	put_markdown(p,
		"![MCP status](https://img.shields.io/endpoint?url=%s/badge/"
		"%s.json)",
		p->site, p->slug);
}

/* The image of all servers, of which everybody may know. */
static void put_fleet(const struct preview *p)
{
	html_fmt(p->b, "<h2>All servers</h2>\n<div class='stage'><a "
		      "href='/'><img src='/badge.svg?theme=auto' "
		      "alt='How many servers are up' height='20'></a></div>\n");
	put_markdown(p, "[![MCP servers](%s/badge.svg?theme=auto)](%s/)",
		p->site, p->site);
}

static void put_notes(const struct preview *p)
{
	html_fmt(p->b,
		"<h2>States</h2>\n<ul>\n"
		"<li><b>up</b>, <b>degraded</b> or <b>down</b>: the last "
		"verdict, with its minute.</li>\n"
		"<li><b>Under maintenance</b>: planned work goes on, whatever "
		"the verdict is.</li>\n"
		"<li><b>awaiting first probe</b>: there is no verdict yet, or "
		"no server by this name. Check the slug on the status page."
		"</li>\n"
		"<li><b>no recent data</b>: our last verdict is more than 5 "
		"minutes old, or could not be loaded. The server may work."
		"</li>\n"
		"<li><b>stale</b>: this page was left open, or a cache kept "
		"the verdict for more than 5 minutes. Reload the page."
		"</li>\n"
		"</ul>\n"
		"<h2>Good to know</h2>\n<ul>\n"
		"<li>Several on one page: <code>class</code> in place of "
		"<code>id</code>, and the script once.</li>\n"
		"<li>A mount that is added later is filled when the script is "
		"run again.</li>\n"
		"<li>A page with a Content-Security-Policy has to allow ");
	html_fmt(p->b, *p->site ? "<code>%s</code>" : "this site%s", p->site);
	html_fmt(p->b,
		" in <code>script-src</code> and <code>connect-src</code>, "
		"and nothing else.</li>\n"
		"<li>It asks once, when the page opens. It sets no cookie "
		"and stores nothing. <a href='/embed.js'>Its source</a> is "
		"meant to be read.</li>\n</ul>\n");
}

/* `asked` is what stands in the query, which need not be a slug. */
static void put_top(const struct preview *p, const char *asked)
{
	char title[REQUEST_PATH + 16];

	snprintf(title, sizeof title, "Widget%s%s", *p->slug ? " of " : "",
		p->slug);
	html_begin(p->b,
		&(struct frame) {.brand = p->brand,
			.title = title,
			.path = "/embed-preview",
			.unlisted = *asked,
			.about = "Show the status of an MCP server on your own "
				 "page."});
	html_element(p->b, "h1", title);
	html_fmt(p->b,
		"<p>Show the status of an MCP server on your own page.</p>\n"
		"<form action='/embed-preview'><label for='slug'>Server"
		"</label> <input id='slug' name='slug' maxlength='80' "
		"spellcheck='false' placeholder='my-mcp' value='%s'> "
		"<button>Show</button></form>\n",
		asked);
	if (*asked && !*p->slug)
		html_fmt(p->b,
			"<p class='banner' role='status'><b>%s</b> is not a "
			"slug. Use a to z, 0 to 9, dots, dashes and "
			"underscores.</p>\n",
			asked);
	if (!*p->site)
		html_fmt(p->b, "<p>Put the address of this site before each "
			      "path.</p>\n");
	html_fmt(p->b, "<noscript><p>The widget needs a script. The image "
		      "does not.</p></noscript>\n");
}

void embed_preview(const struct request *request, const struct brand *brand,
	struct html *b)
{
	char asked[REQUEST_PATH], slug[REQUEST_PATH];
	struct preview p = {.b = b,
		.brand = brand,
		.site = brand->url,
		.slug = slug};

	request_query(request, "slug", asked, sizeof asked);
	/* As the widget itself does. */
	snprintf(slug, sizeof slug, "%s", asked);
	search_lower(slug);
	if (!slug_valid(slug))
		*slug = '\0';
	put_top(&p, asked);
	put_mode(&p, "card", "dark");
	put_mode(&p, "card", "light");
	if (*slug) {
		put_mode(&p, "badge", "dark");
		put_mode(&p, "badge", "light");
		put_image(&p);
		put_variants(&p);
	}
	put_fleet(&p);
	put_notes(&p);
	if (*slug)
		html_fmt(p.b,
			"<p><a href='/status/%s'>Status page of %s</a></p>\n",
			slug, slug);
	html_fmt(p.b, "<script async src='/embed.js'></script>\n");
	html_end(p.b, brand, true);
}
