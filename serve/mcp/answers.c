#include "mcp/answers.h"

#include "base/clock.h"
#include "data/entries.h"
#include "data/incidents.h"
#include "data/page_data.h"
#include "data/places.h"
#include "data/tools.h"
#include "data/view.h"
#include "fetch/fetch_listing.h"
#include "json/json.h"
#include "mcp/tool.h"
#include "pages/pages.h"
#include "words/words.h"

#include <math.h>

/* Append a member that is the instant t; 0: null. */
static void answer_put_time(struct buf *b, const char *key, int64_t t)
{
	char text[CLOCK_RFC3339];

	if (t > 0)
		clock_rfc3339(t, text);
	json_put_member(b, key, t > 0 ? text : NULL);
}

/*
 * Append the members "total" and "more" of a list of which n of `total` are told;
 * `more`: those are not all that there are.
 */
static void answer_put_more(struct buf *b, size_t n, bool more, size_t total)
{
	buf_fmt(b, ",\"total\":%zu,\"more\":%s", total,
		more || n < total ? "true" : "false");
}

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

	json_put_member(b, "slug", s->slug);
	json_put_member(b, "title", s->title);
	json_put_member(b, "state", s->state);
	json_put_member(b, "summary", s->sentence);
	json_put_key(b, "uptime_30d");
	json_put_num(b, fresh ? v->uptime_30d : NAN);
	json_put_key(b, "p95_ms");
	json_put_num(b, fresh ? v->p95_ms : NAN);
	json_put_member(b, "as_of", *v->as_of_text ? v->as_of_text : NULL);
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

	buf_char(b, '{');
	json_put_member(b, "slug", row->slug);
	json_put_member(b, "title", row->title);
	json_put_member(b, "impact", row->impact);
	json_put_member(b, "where", row->where);
	answer_put_time(b, "started_at", row->started_at);
	answer_put_time(b, "ended_at", row->ended_at);
	answer_put_time(b, "updated_at", row->updated_at);
	json_put_member(b, "update", row->update);
	json_put_member(b, "note", row->note);
	buf_init(&url, TOOL_RESULT_MAX);
	put_address(&url, row, site);
	json_put_member(b, "url", url.p);
	buf_release(&url);
	buf_char(b, '}');
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
static void put_sentence(struct buf *b, const struct listing_entry *e)
{
	static const struct incidents none;
	static const struct tool_split one;
	static const struct places nowhere;
	struct condition_facts facts = {.view = &e->view,
		.incidents = &none,
		.tool_split = &one};

	if (e->sentence)
		buf_str(b, e->sentence);
	else
		condition_put(b, e->condition, &facts, &nowhere);
}

static void add_server(
	struct tool_result *out, const struct listing_entry *e, bool first)
{
	struct answer_server s = {.slug = e->slug,
		.title = e->title,
		.state = condition_name(e->condition.state),
		.view = &e->view};
	struct buf sentence;

	buf_init(&sentence, TOOL_RESULT_MAX);
	put_sentence(&sentence, e);
	s.sentence = sentence.p;
	buf_str(&out->json, first ? "{" : ",{");
	answer_put_server(&out->json, &s);
	buf_char(&out->json, '}');
	buf_str(&out->text, "\n- ");
	answer_say_server(&out->text, &s);
	buf_release(&sentence);
}

/* "3 servers match; the first 2 of them:" */
static void say_count(struct buf *b, size_t n, size_t total, const char *what)
{
	buf_fmt(b, "%zu %s%s", total, what, total == 1 ? "" : "s");
	if (n < total)
		buf_fmt(b, ", of which these are the first %zu", n);
	buf_char(b, n ? ':' : '.');
}

void answer_servers(struct tool_result *out,
	const struct listing_entry *const *v, size_t n, size_t total)
{
	buf_str(&out->json, "{\"servers\":[");
	say_count(&out->text, n, total, "matching server");
	for (size_t i = 0; i < n; i++)
		add_server(out, v[i], i == 0);
	buf_char(&out->json, ']');
	answer_put_more(&out->json, n, false, total);
	buf_char(&out->json, '}');
}

void answer_incidents(struct tool_result *out,
	const struct incident_row *const *v, size_t n, size_t total,
	const char *site)
{
	buf_str(&out->json, "{\"incidents\":[");
	say_count(&out->text, n, total, "incident");
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_char(&out->json, ',');
		answer_put_incident(&out->json, v[i], site);
		answer_say_incident(&out->text, v[i], site);
	}
	buf_char(&out->json, ']');
	answer_put_more(&out->json, n, false, total);
	buf_char(&out->json, '}');
}

static void add_change(struct tool_result *out, const struct tool_event *e,
	size_t places)
{
	buf_char(&out->json, '{');
	json_put_member(&out->json, "tool", e->name);
	json_put_member(&out->json, "kind", tool_change_kind_name(e->kind));
	json_put_member(&out->json, "renamed_from", e->was);
	json_put_member(&out->json, "class",
		e->known ? change_class_name(e->class) : NULL);
	answer_put_time(&out->json, "at", (int64_t)e->at);
	buf_fmt(&out->json, ",\"places\":%zu}", e->places);
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

	buf_char(&out->json, '{');
	json_put_member(&out->json, "slug", slug);
	buf_str(&out->json, ",\"changes\":[");
	buf_fmt(&out->text, "%s: ", slug);
	if (!since)
		buf_str(&out->text, "nothing is known of its tools.");
	else
		say_count(&out->text, h->n, h->n, "tool change");
	for (size_t i = 0; i < h->n; i++) {
		if (i)
			buf_char(&out->json, ',');
		add_change(out, &h->v[i], h->regions);
	}
	if (h->more)
		buf_str(&out->text, "\nThere were more changes, older ones.");
	if (since) {
		buf_str(&out->text, "\nIts tools are known since ");
		answer_say_time(&out->text, since);
		buf_char(&out->text, '.');
	}
	buf_char(&out->json, ']');
	answer_put_more(&out->json, h->n, h->more, h->n);
	buf_fmt(&out->json, ",\"places\":%zu", h->regions);
	answer_put_time(&out->json, "since", since);
	buf_char(&out->json, '}');
}

void answer_summary(struct tool_result *out, const struct fleet_summary *s)
{
	static const struct {
		enum condition_state state;
		const char *words;
	} rows[] = {
		{CONDITION_UP, "working"},
		{CONDITION_DEGRADED, "working from some places only"},
		{CONDITION_DOWN, "not working"},
		{CONDITION_MAINTENANCE, "under maintenance"},
		{CONDITION_STALE, "without a recent check"},
		{CONDITION_PENDING, "not checked yet"},
	};
	bool known = !isnan(s->at);
	size_t total = 0;

	for (size_t i = 0; i < CONDITION_STATES; i++)
		total += s->states[i];
	buf_fmt(&out->json, "{\"total\":%zu", total);
	buf_fmt(&out->text, "%zu server%s", total, total == 1 ? "" : "s");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t n = s->states[rows[i].state];

		buf_fmt(&out->json, ",\"%s\":%zu",
			condition_name(rows[i].state), n);
		buf_fmt(&out->text, "%s %zu %s", i ? "," : ":", n,
			rows[i].words);
	}
	buf_fmt(&out->json, ",\"open_incidents\":%zu,\"checks_running\":%s",
		s->open_incidents,
		!known ? "null" : s->judged ? "true" : "false");
	answer_put_time(&out->json, "as_of", known ? (int64_t)s->at : 0);
	json_put_member(&out->json, "url", *s->url ? s->url : NULL);
	buf_char(&out->json, '}');
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
	buf_char(b, '{');
	json_put_member(b, "place", name.p);
	json_put_member(b, "state", states[p->place]);
	answer_put_time(b, "since",
		known && r->since > 0 ? (int64_t)floor(r->since) : 0);
	json_put_key(b, "p95_ms");
	json_put_num(b, known ? r->p95_ms : NAN);
	buf_char(b, '}');
	buf_release(&name);
}

static void put_places(struct tool_result *out, const struct places *l,
	const struct view *v)
{
	buf_str(&out->json, ",\"places\":[");
	for (size_t i = 0; i < l->n; i++) {
		if (i)
			buf_char(&out->json, ',');
		put_place(&out->json, &l->v[i], v);
	}
	buf_char(&out->json, ']');
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

	buf_str(&out->json, ",\"open_incidents\":[");
	for (size_t i = 0; i < rows->n; i++) {
		if (rows->v[i].ended_at)
			continue;
		if (n++)
			buf_char(&out->json, ',');
		else
			buf_str(&out->text, "\nOpen incidents:");
		answer_put_incident(&out->json, &rows->v[i], site);
		answer_say_incident(&out->text, &rows->v[i], site);
	}
	buf_char(&out->json, ']');
	if (!n)
		buf_str(&out->text, "\nNo open incident.");
}

static void put_maintenance(struct tool_result *out, const char *key,
	const char *words, const struct occurrence *o)
{
	json_put_key(&out->json, key);
	if (!o->found) {
		buf_str(&out->json, "null");
		return;
	}
	buf_char(&out->json, '{');
	answer_put_time(&out->json, "starts_at", o->start);
	answer_put_time(&out->json, "ends_at", o->end);
	buf_char(&out->json, '}');
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
	json_put_member(&out->json, "url", *page->brand->url ? url.p : NULL);
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
	buf_char(&out->json, '{');
	answer_put_server(&out->json, &s);
	answer_say_server(&out->text, &s);
	if (page->view->freshness != VIEW_FRESH || !*ago)
		ago = NULL;
	json_put_member(&out->json, "last_probe_ago", ago);
	if (ago)
		buf_fmt(&out->text, " The newest probe was %s old.", ago);
	put_places(out, &places, page->view);
	put_incidents(out, rows, page->brand->url);
	put_maintenance(out, "maintenance_now", "Maintenance goes on",
		&page->data->maintenance_now);
	put_maintenance(out, "maintenance_next", "Maintenance is planned",
		&page->data->maintenance_next);
	put_url(out, page);
	buf_char(&out->json, '}');
	buf_release(&text);
	places_release(&places);
}
