/* SPDX-License-Identifier: MIT */
/*
 * status_page_watched.c: what is watched: where the server is, what it speaks, how
 * long it takes from each place, and where that time goes.
 */
#include "pages/pages.h"

#include "data/entries.h"
#include "data/page_data.h"
#include "data/places.h"
#include "http/escape.h"
#include "pages/html.h"

#include <math.h>

/* How wide the bars are, in their own units. */
#define BAR 200

static void put_endpoint(struct html *b, const struct server *s)
{
	struct buf shown;

	if (!s->url || s->endpoint_private)
		return;
	buf_init(&shown, b->out.max);
	watched_endpoint(&shown, s->url);
	if (shown.len)
		html_fmt(b,
			"<div><dt>Endpoint</dt><dd><code>%ls</code></dd></div>\n",
			HTML_WHOLE(shown.p));
	buf_release(&shown);
}

static void put_protocol(struct html *b, const struct watched *w)
{
	static const char *const eras[] = {
		[ERA_NONE] = "",
		[ERA_STATELESS] = "stateless: each request is independent",
		[ERA_SESSION] = "with a handshake first",
		[ERA_SSE] = "the first kind, with an event stream",
	};

	if (*w->revision || w->era != ERA_NONE)
		html_fmt(b,
			"<div><dt>Protocol</dt><dd>MCP%s%s%s%s</dd></div>\n",
			*w->revision ? ", revision " : "", w->revision,
			*eras[w->era] ? ", " : "", eras[w->era]);
	if (w->era != ERA_NONE)
		html_fmt(b, "<div><dt>Transport</dt><dd>%s</dd></div>\n",
			w->era == ERA_SSE ? "HTTP with SSE (older)"
					  : "Streamable HTTP");
}

static void put_access(struct html *b, const struct status_page *s)
{
	static const struct {
		const char *auth, *words;
	} walls[] = {
		{"oauth", "Requires login (OAuth)"},
		{"certificate", "Requires a client certificate"},
		{"credential", "Requires login; we check with our own"},
		{"bare", "Requires login"},
	};
	const struct watched *w = &s->data->watched;
	const char *auth = s->server->auth, *words = NULL;

	if (s->view->freshness == VIEW_NONE)
		return;
	/* A server that never answered did not say that it asks for none. */
	if (*w->revision || w->era != ERA_NONE)
		words = "Open: no login";
	if (w->walled)
		words = "Requires login; we check without "
			"logging in";
	for (size_t i = 0; auth && i < sizeof walls / sizeof *walls; i++)
		if (strcmp(auth, walls[i].auth) == 0)
			words = walls[i].words;
	if (words)
		html_fmt(b, "<div><dt>Access</dt><dd>%s</dd></div>\n", words);
}

static void put_tools(struct html *b, const struct status_page *s)
{
	int n = s->data->history.tools;

	if (s->server->tools_private || n < 0)
		return;
	html_fmt(b,
		"<div><dt>Tools</dt><dd>%d: "
		"<a href='/status/%s/tools'>list</a>, "
		"<a href='/status/%s/changes'>what changed</a>, "
		"<a href='/status/%s/changes.atom'>changes as Atom feed</a>"
		"</dd></div>\n",
		n, s->slug, s->slug, s->slug);
}

static void put_ms(struct html *b, double ms)
{
	if (isnan(ms))
		html_fmt(b, "<td>&ndash;</td>");
	else
		html_fmt(b, "<td>%ls</td>", HTML_MS(ms));
}

static void put_bar(struct html *b, const struct place_figures *f, double most)
{
	if (!f || isnan(f->day_p95))
		return;
	html_fmt(b,
		"<svg class='reach' viewBox='0 0 %d 8' "
		"preserveAspectRatio='none' aria-hidden='true'>"
		"<rect class='p95' width='%.1f' height='8'/>"
		"<rect class='p50' width='%.1f' height='8'/></svg>",
		BAR, BAR * f->day_p95 / most, BAR * f->day_p50 / most);
}

static void put_place(struct html *b, const struct seen_place *p,
	const struct watched *w, double most)
{
	const struct place_figures *f = watched_place(w, p->region);

	html_fmt(b, "<tr><th scope='row'>%ls", HTML_PLACE(p));
	put_bar(b, f, most);
	html_fmt(b, "</th>");
	put_ms(b, f ? f->day_p50 : NAN);
	put_ms(b, f ? f->day_p95 : NAN);
	put_ms(b, f ? f->week_p50 : NAN);
	put_ms(b, f ? f->week_p95 : NAN);
	html_fmt(b, "</tr>\n");
}

static void put_latency(struct html *b, const struct status_page *s,
	const struct places *places)
{
	const struct watched *w = &s->data->watched;
	double most = NAN;

	for (size_t i = 0; i < w->n; i++)
		most = fmax(most, w->v[i].day_p95);
	html_fmt(b, "<h3>Response time by location</h3>\n");
	if (!w->n || !places->n) {
		html_fmt(b, "<p>No figures yet. They are updated hourly."
			   "</p>\n");
		return;
	}
	html_fmt(b, "<table class='reaches'><caption>Time of a whole check. "
		   "Bar: median and p95 of 24 hours</caption>\n<thead>"
		   "<tr><td></td><th scope='colgroup' colspan='2'>24 hours"
		   "</th><th scope='colgroup' colspan='2'>7 days</th></tr>"
		   "\n<tr><th scope='col'>From</th>"
		   "<th scope='col'>median</th><th scope='col'>p95</th>"
		   "<th scope='col'>median</th><th scope='col'>p95</th>"
		   "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < places->n; i++)
		put_place(b, &places->v[i], w, most);
	html_fmt(b, "</tbody></table>\n");
}

/* How a check spends its time, on average. */
static void put_parts(struct html *b, const struct watched *w)
{
	static const char *const names[WATCHED_PARTS] = {
		[PART_CONNECT] = "connecting",
		[PART_INITIALIZE] = "starting a session (initialize)",
		[PART_TOOLS] = "listing the tools",
		[PART_CALL] = "calling one",
	};
	double sum = 0, at = 0;

	for (size_t i = 0; i < WATCHED_PARTS; i++)
		sum += w->part_ms[i];
	if (!(sum > 0))
		return;
	html_fmt(b,
		"<h3>Where the time goes</h3>\n<p>Of %ls, the average "
		"of %.0f check%s in 24 hours:</p>\n<svg class='parts' "
		"viewBox='0 0 %d 8' preserveAspectRatio='none' "
		"aria-hidden='true'>",
		HTML_MS(sum), w->probes, w->probes == 1 ? "" : "s", BAR);
	for (size_t i = 0; i < WATCHED_PARTS; i++) {
		double width = BAR * w->part_ms[i] / sum;

		html_fmt(b,
			"<rect class='part-%zu' x='%.1f' width='%.1f' "
			"height='8'/>",
			i, at, width);
		at += width;
	}
	html_fmt(b, "</svg>\n<ul class='parts-list'>\n");
	for (size_t i = 0; i < WATCHED_PARTS; i++)
		if (w->part_ms[i] > 0)
			html_fmt(b,
				"<li><svg class='key' viewBox='0 0 8 8' "
				"aria-hidden='true'><rect class='part-%zu' "
				"width='8' height='8'/></svg> <span>"
				"%ls %s</span></li>\n",
				i, HTML_MS(w->part_ms[i]), names[i]);
	html_fmt(b, "</ul>\n");
}

void status_page_watched(struct html *b, const struct status_page *s,
	const struct places *places)
{
	html_fmt(b, "<section id='watched'><h2>What is watched</h2>\n"
		   "<dl class='facts'>\n");
	put_endpoint(b, s->server);
	put_protocol(b, &s->data->watched);
	put_access(b, s);
	put_tools(b, s);
	html_fmt(b, "</dl>\n");
	put_latency(b, s, places);
	put_parts(b, &s->data->watched);
	html_fmt(b, "</section>\n");
}
