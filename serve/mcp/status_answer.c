/*
 * status_answer.c: the tool server_status.
 */
#include "mcp/answers.h"

#include "data/brand.h"
#include "data/incident_rows.h"
#include "data/page_data.h"
#include "data/places.h"
#include "data/server.h"
#include "json/json.h"
#include "mcp/answer_parts.h"
#include "mcp/tool.h"
#include "pages/status_page.h"

#include <math.h>

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
