/* SPDX-License-Identifier: MIT */
#include "mcp/answers.h"

#include "base/clock.h"
#include "data/entries.h"
#include "data/incidents.h"
#include "data/index_list.h"
#include "data/page_data.h"
#include "data/places.h"
#include "data/tools.h"
#include "data/view.h"
#include "json/json.h"
#include "mcp/tool.h"
#include "pages/pages.h"
#include "words/words.h"

#include <math.h>

/* An instant in words: "2026-04-29 20:31 UTC". */
static void answer_say_time(struct buf *b, int64_t t)
{
	char text[CLOCK_RFC3339];

	clock_rfc3339(t, text);
	buf_fmt(b, "%.10s %.5s UTC", text, text + 11);
}

/* A server as answers tell of it. */
struct answer_server {
	const char *slug, *title; /* the title may be NULL */
	const char *state;	  /* see condition_name */
	const char *sentence;	  /* without its full stop */
	const struct view *view;
};

/* Append the members of a server, without braces. */
static void answer_put_server(struct buf *b, const struct answer_server *s)
{
	const struct view *v = s->view;
	bool fresh = v->freshness == VIEW_FRESH;

	json_fmt(b,
		"'slug':%s,'title':%s,'state':%s,'summary':%s,'uptime_30d':%g,"
		"'p95_ms':%g,'as_of':%s",
		s->slug, s->title, s->state, s->sentence,
		fresh ? v->uptime_30d : NAN, fresh ? v->p95_ms : NAN,
		json_or_null(*v->as_of_text, v->as_of_text));
}

static void answer_say_server(struct buf *b, const struct answer_server *s)
{
	const struct view *v = s->view;

	buf_str(b, s->slug);
	if (s->title)
		buf_fmt(b, " (%s)", s->title);
	buf_fmt(b, ": %s.", s->sentence);
	if (v->freshness == VIEW_NONE) {
		buf_str(b, " It was not checked yet.");
		return;
	}
	buf_str(b, v->freshness == VIEW_STALE
			? " There is no recent check; the last one was at "
			: " As of ");
	answer_say_time(b, v->as_of);
	if (v->freshness == VIEW_FRESH && !isnan(v->uptime_30d)) {
		buf_str(b, ", uptime of 30 days ");
		json_put_num(b, v->uptime_30d);
		buf_str(b, " %");
	}
	if (v->freshness == VIEW_FRESH && !isnan(v->p95_ms)) {
		buf_str(b, ", p95 of a day ");
		json_put_num(b, v->p95_ms);
		buf_str(b, " ms");
	}
	buf_char(b, '.');
}

static void put_address(struct buf *b, const struct incident_row *row,
	const char *site)
{
	buf_fmt(b, "%s/status/%s/incident/%s", site, row->slug, row->id);
}

static void answer_put_incident(struct buf *b, const struct incident_row *row,
	const char *site)
{
	struct buf url;

	buf_init(&url, TOOL_RESULT_MAX);
	put_address(&url, row, site);
	json_fmt(b,
		",{'slug':%s,'title':%s,'impact':%s,'where':%s,"
		"'started_at':%jd,'ended_at':%jd,'updated_at':%jd,"
		"'state':%s,'update':%s,'note':%s,'url':%s}",
		row->slug, row->title, row->impact, row->where,
		(intmax_t)row->started_at, (intmax_t)row->ended_at,
		(intmax_t)row->updated_at, progress_name(row->progress),
		row->update, row->note, url.p);
	buf_release(&url);
}

static void answer_say_incident(struct buf *b, const struct incident_row *row,
	const char *site)
{
	buf_fmt(b, "\n- %s: %s, from ", row->slug, row->title);
	answer_say_time(b, row->started_at);
	if (row->ended_at) {
		buf_str(b, " to ");
		answer_say_time(b, row->ended_at);
	} else {
		buf_str(b, " on, still open");
	}
	buf_fmt(b, ". %s", row->impact);
	if (*row->where)
		buf_fmt(b, " Where: %s.", row->where);
	buf_fmt(b, " %s As of ", row->update);
	answer_say_time(b, row->updated_at);
	if (row->note)
		buf_fmt(b, ". Its operators say: \"%s\"", row->note);
	buf_str(b, ". More: ");
	put_address(b, row, site);
}

/* The sentence of an entry of a list; a plain one has no place in it. */
static void put_sentence(struct buf *b, const struct index_entry *e)
{
	static const struct incidents none;
	static const struct tool_split one;
	static const struct places nowhere;
	struct condition_facts facts = {.view = e->view,
		.incidents = &none,
		.tool_split = &one};

	if (e->sentence)
		buf_str(b, e->sentence);
	else
		condition_put(b, e->condition, &facts, &nowhere);
}

static void add_server(struct tool_result *out, const struct index_entry *e)
{
	struct answer_server s = {.slug = e->slug,
		.title = index_title(e),
		.state = condition_name(e->condition.state),
		.view = e->view};
	struct buf sentence;

	buf_init(&sentence, TOOL_RESULT_MAX);
	put_sentence(&sentence, e);
	s.sentence = sentence.p;
	json_fmt(&out->json, ",{");
	answer_put_server(&out->json, &s);
	json_fmt(&out->json, "}");
	buf_str(&out->text, "\n- ");
	answer_say_server(&out->text, &s);
	buf_release(&sentence);
}

/* "3 servers match; the first 2 of them:" */
static void say_count(struct buf *b, size_t n, size_t total, const char *what)
{
	buf_fmt(b, "%zu %s%s", total, what, total == 1 ? "" : "s");
	if (n < total)
		buf_fmt(b, ": the first %zu", n);
	buf_char(b, n ? ':' : '.');
}

void answer_servers(struct tool_result *out,
	const struct index_entry *const *v, size_t n, size_t total)
{
	json_fmt(&out->json, "{'servers':[");
	say_count(&out->text, n, total, "matching server");
	for (size_t i = 0; i < n; i++)
		add_server(out, v[i]);
	json_fmt(&out->json, "],'total':%zu,'more':%i}", total, n < total);
}

void answer_incidents(struct tool_result *out,
	const struct incident_row *const *v, size_t n, size_t total,
	const char *site)
{
	json_fmt(&out->json, "{'incidents':[");
	say_count(&out->text, n, total, "incident");
	for (size_t i = 0; i < n; i++) {
		answer_put_incident(&out->json, v[i], site);
		answer_say_incident(&out->text, v[i], site);
	}
	json_fmt(&out->json, "],'total':%zu,'more':%i}", total, n < total);
}

static void add_change(struct tool_result *out, const struct tool_event *e,
	size_t places)
{
	json_fmt(&out->json,
		",{'tool':%s,'kind':%s,'renamed_from':%s,'class':%s,'at':%jd,"
		"'places':%zu}",
		e->name, tool_change_kind_name(e->kind), e->was,
		json_or_null(e->known, change_class_name(e->class)),
		(intmax_t)e->at, e->places);
	buf_str(&out->text, "\n- ");
	answer_say_time(&out->text, (int64_t)e->at);
	buf_str(&out->text, ": ");
	tool_event_words(&out->text, e, places);
	buf_char(&out->text, '.');
}

void answer_changes(struct tool_result *out, const char *slug,
	const struct tool_history *h)
{
	int64_t since = isnan(h->since) ? 0 : (int64_t)h->since;

	json_fmt(&out->json, "{'slug':%s,'changes':[", slug);
	buf_fmt(&out->text, "%s: ", slug);
	if (!since)
		buf_str(&out->text, "nothing is known of its tools.");
	else
		say_count(&out->text, h->n, h->n, "tool change");
	for (size_t i = 0; i < h->n; i++)
		add_change(out, &h->v[i], h->regions);
	if (h->more)
		buf_str(&out->text, "\nThere were more changes, older ones.");
	if (since) {
		buf_str(&out->text, "\nIts tools are known since ");
		answer_say_time(&out->text, since);
		buf_char(&out->text, '.');
	}
	json_fmt(&out->json,
		"],'total':%zu,'more':%i,'places':%zu,'since':%jd}", h->n,
		h->more, h->regions, (intmax_t)since);
}

void answer_summary(struct tool_result *out, const struct fleet_summary *s)
{
	static const struct {
		enum condition_state state;
		const char *words;
	} rows[] = {
		{CONDITION_UP, "working"},
		{CONDITION_DEGRADED, "working only in part, or from some locations only"},
		{CONDITION_DOWN, "not working"},
		{CONDITION_MAINTENANCE, "under maintenance"},
		{CONDITION_STALE, "without a recent check"},
		{CONDITION_PENDING, "not checked yet"},
	};
	bool known = !isnan(s->at);
	size_t total = 0;

	for (size_t i = 0; i < CONDITION_STATES; i++)
		total += s->states[i];
	json_fmt(&out->json, "{'total':%zu", total);
	buf_fmt(&out->text, "%zu server%s", total, total == 1 ? "" : "s");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t n = s->states[rows[i].state];

		json_fmt(&out->json, ",%s:%zu", condition_name(rows[i].state),
			n);
		buf_fmt(&out->text, "%s %zu %s", i ? "," : ":", n,
			rows[i].words);
	}
	json_fmt(&out->json, ",'open_incidents':%zu,'checks_running':",
		s->open_incidents);
	buf_str(&out->json,
		!known ? "null" : s->judged ? "true" : "false");
	json_fmt(&out->json, ",'as_of':%jd,'url':%s}",
		(intmax_t)(known ? s->at : 0), json_or_null(*s->url, s->url));
	buf_fmt(&out->text, ". Open incidents: %zu. ", s->open_incidents);
	if (!known)
		buf_str(&out->text, "Nothing was judged yet.");
	else if (!s->judged)
		buf_str(&out->text, "Our own checks have stopped. The fault is "
				    "ours. They last ran at ");
	else
		buf_str(&out->text, "Last judged at ");
	if (known) {
		answer_say_time(&out->text, (int64_t)s->at);
		buf_char(&out->text, '.');
	}
}

void answer_unknown(
	struct tool_result *out, const char *slug, const char *nearest)
{
	out->error = true;
	buf_str(&out->text, "The argument slug names no server that is known "
			    "here: ");
	json_put_clean(&out->text, slug, SLUG_MAX);
	buf_char(&out->text, '.');
	if (nearest)
		buf_fmt(&out->text, " Did you mean \"%s\"?", nearest);
	buf_str(&out->text, " find_servers lists the servers.");
}

void answer_unavailable(struct tool_result *out)
{
	buf_clear(&out->json);
	buf_clear(&out->text);
	out->error = true;
	buf_str(&out->text,
		"We cannot load status data right now. That is our problem; "
		"servers may be fine. Try again in a minute.");
}

/* ---- The tool server_status. */

static void say_places(struct buf *b, const struct places *l, enum place place,
	const char *words)
{
	struct buf names;

	buf_init(&names, TOOL_RESULT_MAX);
	places_put_state(&names, l, place);
	if (names.len)
		buf_fmt(b, "\n%s: %s.", words, names.p);
	buf_release(&names);
}

static void put_place(
	struct buf *b, const struct seen_place *p, const struct view *v)
{
	static const char *const states[] = {[PLACE_WORKING] = "up",
		[PLACE_NOT_WORKING] = "down",
		[PLACE_NO_DATA] = NULL,
		[PLACE_UNCHECKED] = NULL};
	const struct view_region *r = view_region(v, p->region);
	bool known = r && states[p->place];
	struct buf name;

	buf_init(&name, TOOL_RESULT_MAX);
	places_put(&name, p);
	json_fmt(b, ",{'place':%s,'state':%s,'since':%jd,'p95_ms':%g}", name.p,
		states[p->place],
		known && r->since > 0 ? (intmax_t)floor(r->since) : 0,
		known ? r->p95_ms : NAN);
	buf_release(&name);
}

static void put_places(struct tool_result *out, const struct places *l,
	const struct view *v)
{
	json_fmt(&out->json, ",'places':[");
	for (size_t i = 0; i < l->n; i++)
		put_place(&out->json, &l->v[i], v);
	json_fmt(&out->json, "]");
	say_places(&out->text, l, PLACE_WORKING, "Works from");
	say_places(&out->text, l, PLACE_NOT_WORKING, "Does not work from");
	say_places(&out->text, l, PLACE_UNCHECKED, "Unchecked from");
	say_places(&out->text, l, PLACE_NO_DATA, "No recent check from");
}

static void put_incidents(
	struct tool_result *out, const struct incident_rows *rows,
	const char *site)
{
	size_t n = 0;

	json_fmt(&out->json, ",'open_incidents':[");
	for (size_t i = 0; i < rows->n; i++) {
		if (rows->v[i].ended_at)
			continue;
		if (!n++)
			buf_str(&out->text, "\nOpen incidents:");
		answer_put_incident(&out->json, &rows->v[i], site);
		answer_say_incident(&out->text, &rows->v[i], site);
	}
	json_fmt(&out->json, "]");
	if (!n)
		buf_str(&out->text, "\nNo open incident.");
}

static void put_maintenance(struct tool_result *out, const char *key,
	const char *words, const struct occurrence *o)
{
	if (!o->found) {
		json_fmt(&out->json, ",%s:null", key);
		return;
	}
	json_fmt(&out->json, ",%s:{'starts_at':%jd,'ends_at':%jd}", key,
		(intmax_t)o->start, (intmax_t)o->end);
	buf_fmt(&out->text, "\n%s from ", words);
	answer_say_time(&out->text, o->start);
	buf_str(&out->text, " to ");
	answer_say_time(&out->text, o->end);
	buf_char(&out->text, '.');
}

static void put_url(struct tool_result *out, const struct status_page *page)
{
	struct buf url;

	buf_init(&url, TOOL_RESULT_MAX);
	buf_fmt(&url, "%s/status/%s", page->brand->url, page->slug);
	json_fmt(&out->json, ",'url':%s}",
		json_or_null(*page->brand->url, url.p));
	if (*page->brand->url)
		buf_fmt(&out->text, "\nMore: %s", url.p);
	buf_release(&url);
}

void answer_status(struct tool_result *out, const struct status_page *page,
	const struct incident_rows *rows)
{
	struct condition_facts facts = status_page_facts(page);
	struct condition condition = condition_of(&facts);
	struct answer_server s = {.slug = page->slug,
		.title = page->server->title,
		.state = condition_name(condition.state),
		.view = page->view};
	const char *ago = page->view->last_probe_ago;
	struct places places;
	struct buf text;

	places_read(&places, page->server, page->view);
	buf_init(&text, TOOL_RESULT_MAX);
	condition_put(&text, condition, &facts, &places);
	s.sentence = text.p;
	json_fmt(&out->json, "{");
	answer_put_server(&out->json, &s);
	answer_say_server(&out->text, &s);
	if (page->view->freshness != VIEW_FRESH || !*ago)
		ago = NULL;
	json_fmt(&out->json, ",'last_probe_ago':%s", json_or_null(ago, ago));
	if (ago)
		buf_fmt(&out->text, " The newest probe was %s old.", ago);
	put_places(out, &places, page->view);
	put_incidents(out, rows, page->brand->url);
	put_maintenance(out, "maintenance_now", "Maintenance goes on",
		&page->data->maintenance_now);
	put_maintenance(out, "maintenance_next", "Maintenance is planned",
		&page->data->maintenance_next);
	put_url(out, page);
	buf_release(&text);
	places_release(&places);
}
