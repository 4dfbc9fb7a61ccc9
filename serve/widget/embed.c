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
#include "terms/names.h"
#include "pages/html.h"

#include <stdbool.h>
#include <string.h>

const char embed_style[] =
	".stage { border: 1px solid var(--line); padding: 1rem;\n"
	"  border-radius: 6px 6px 0 0; min-height: 3.75rem }\n"
	".stage + pre { margin-top: 0; border-top: 0;\n"
	"  border-radius: 0 0 6px 6px }\n"
	".stage.dark { background: #010409; --link: #6cb0ff }\n"
	".variants { list-style: none; padding: 0 }\n"
	".variants li { margin-bottom: .375rem }\n"
	".variants code { white-space: nowrap }\n"
	".variants img { vertical-align: middle; max-width: 100% }\n"
	".stage.light { background: #fff; --link: #0757b5 }\n";

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

/* A mount point, in lines that a narrow page can show. A slug is no markup. */
static void put_mount(struct html *b, const char *key, const char *slug,
	const char *look, const char *theme)
{
	html_fmt(b, "<div %s=\"alivemcp-embed\"", key);
	if (*slug)
		html_fmt(b, " data-server=\"%s\"", slug);
	html_fmt(b, "\n     data-style=\"%s\" data-theme=\"%s\">", look, theme);
}

/* The lines of f, as a text to be read and copied. */
static void put_code(struct html *b, struct buf *f)
{
	char *line, *rest = buf_ok(f) ? f->p : NULL;

	html_str(b, "<pre><code>");
	while ((line = strsep(&rest, "\n"))) {
		escape_put(b, line);
		if (rest)
			html_char(b, '\n');
	}
	html_str(b, "</code></pre>\n");
	buf_release(f);
}

/* One mode: the live widget, and the lines to copy for it. */
static void put_mode(const struct preview *p, const char *look,
	const char *theme)
{
	struct html code;

	html_fmt(p->b, "<h2>%s, %s</h2>\n<div class=\"stage %s\">\n",
		strcmp(look, "card") == 0 ? "Card" : "Badge", theme, theme);
	put_mount(p->b, "class", p->slug, look, theme);
	/* Shown where no script runs. */
	if (*p->slug)
		html_fmt(p->b, "<a href=\"/status/%s\">Status of %s</a>",
			p->slug, p->slug);
	else
		html_str(p->b, "<a href=\"/\">MCP servers</a>");
	html_str(p->b, "</div>\n</div>\n");

	buf_init(&code.out, 4096);
	put_mount(&code, "id", p->slug, look, theme);
	html_str(&code, "</div>\n<script async src=\"");
	escape_put(&code, p->site);
	html_str(&code, "/embed.js\"></script>");
	put_code(p->b, &code.out);
}

/* The pill as an image, for where no script runs. */
static void put_image(const struct preview *p)
{
	struct html markup;
	struct buf code;

	html_fmt(p->b,
		"<h2>Image, for a README</h2>\n"
		"<p>For pages without scripts, such as GitHub.</p>\n"
		"<div class=\"stage\"><a href=\"/status/%s\"><img "
		"src=\"/badge/%s.svg\" alt=\"MCP status of %s\" "
		"height=\"20\"></a></div>\n",
		p->slug, p->slug, p->slug);
	buf_init(&code, 4096);
	buf_fmt(&code, "[![MCP status](%s/badge/%s.svg)](%s/status/%s)",
		p->site, p->slug, p->site, p->slug);
	put_code(p->b, &code);
	html_str(p->b, "<p>The same as HTML:</p>\n");
	buf_init(&markup.out, 4096);
	html_str(&markup, "<a href=\"");
	escape_put(&markup, p->site);
	html_fmt(&markup, "/status/%s\"><img src=\"", p->slug);
	escape_put(&markup, p->site);
	html_fmt(&markup, "/badge/%s.svg\" alt=\"MCP status\"></a>", p->slug);
	put_code(p->b, &markup.out);
}

/* What the image of this server says with these parameters, escaped. */
static void put_variant(const struct preview *p, const char *parameters,
	const char *what)
{
	html_fmt(p->b,
		"<li><img src=\"/badge/%s.svg?%s\" alt=\"%s\"> "
		"<code>?%s</code></li>\n",
		p->slug, parameters, what, parameters);
}

/* The image with other words, and other looks. */
static void put_variants(const struct preview *p)
{
	struct buf code;

	html_str(p->b,
		"<p>Put one of these behind <code>.svg</code>, or several "
		"with <code>&amp;</code> between them:</p>\n"
		"<ul class=\"variants\">\n");
	put_variant(p, "theme=auto", "The state, light or dark as the page is");
	put_variant(p, "style=flat-square", "The state, with square corners");
	put_variant(p, "metric=uptime", "The uptime of 30 days");
	put_variant(p, "metric=p95", "The response time of 24 hours");
	put_variant(p, "metric=tools", "The number of tools");
	put_variant(p, "metric=maintenance", "The next maintenance");
	put_variant(p, "style=card", "A card with all figures");
	html_fmt(p->b,
		"<li><code>?region=London</code>: seen from one of the places "
		"that <a href=\"/status/%s\">its page</a> names</li>\n</ul>\n"
		"<p>Drawn by shields.io, which can read <code>.json</code> with "
		"the same parameters:</p>\n",
		p->slug);
	buf_init(&code, 4096);
	buf_fmt(&code,
		"![MCP status](https://img.shields.io/endpoint?url=%s/badge/"
		"%s.json)",
		p->site, p->slug);
	put_code(p->b, &code);
}

/* The image of all servers, of which everybody may know. */
static void put_fleet(const struct preview *p)
{
	struct buf code;

	html_str(p->b, "<h2>All servers</h2>\n<div class=\"stage\"><a "
		      "href=\"/\"><img src=\"/badge.svg?theme=auto\" "
		      "alt=\"How many servers are up\" height=\"20\"></a>"
		      "</div>\n");
	buf_init(&code, 4096);
	buf_fmt(&code, "[![MCP servers](%s/badge.svg?theme=auto)](%s/)",
		p->site, p->site);
	put_code(p->b, &code);
}

static void put_notes(const struct preview *p)
{
	html_str(p->b,
		"<h2>What it says</h2>\n<ul>\n"
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
	if (*p->site) {
		html_str(p->b, "<code>");
		escape_put(p->b, p->site);
		html_str(p->b, "</code>");
	} else {
		html_str(p->b, "this site");
	}
	html_str(p->b,
		" in <code>script-src</code> and <code>connect-src</code>, "
		"and nothing else.</li>\n"
		"<li>It asks once, when the page opens. It sets no cookie "
		"and stores nothing. <a href=\"/embed.js\">Its source</a> is "
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
	html_str(p->b,
		"<p>Show the status of an MCP server on your own page.</p>\n"
		"<form action=\"/embed-preview\"><label for=\"slug\">Server"
		"</label> <input id=\"slug\" name=\"slug\" maxlength=\"80\" "
		"spellcheck=\"false\" "
		"placeholder=\"my-mcp\" value=\"");
	escape_put(p->b, asked);
	html_str(p->b, "\"> <button>Show</button></form>\n");
	if (*asked && !*p->slug) {
		html_str(p->b, "<p class=\"banner\" role=\"status\"><b>");
		escape_put(p->b, asked);
		html_str(p->b, "</b> is not a slug. Use a to z, 0 to 9, dots, "
			      "dashes and underscores.</p>\n");
	}
	if (!*p->site)
		html_str(p->b, "<p>Put the address of this site before each "
			      "path.</p>\n");
	html_str(p->b, "<noscript><p>The widget needs a script. The image "
		      "does not.</p></noscript>\n");
}

void embed_preview(const struct request *request, const struct brand *brand,
	struct response *r)
{
	char asked[REQUEST_PATH], slug[REQUEST_PATH];
	struct preview p = {.b = &r->html,
		.brand = brand,
		.site = brand->url,
		.slug = slug};

	request_query(request, "slug", asked, sizeof asked);
	/* As the widget itself does. */
	snprintf(slug, sizeof slug, "%s", asked);
	search_lower(slug);
	if (!slug_valid(slug))
		*slug = '\0';
	r->type = TYPE_HTML;
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
			"<p><a href=\"/status/%s\">Status page of %s</a></p>\n",
			slug, slug);
	html_str(p.b, "<script async src=\"/embed.js\"></script>\n");
	html_end(p.b, brand, true);
	etag_of_body(r);
}
