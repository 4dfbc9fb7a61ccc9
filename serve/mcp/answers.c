#include "mcp/answers.h"

#include "base/clock.h"
#include "fetch/fetch_listing.h"
#include "data/incident_rows.h"
#include "data/incidents.h"
#include "data/places.h"
#include "data/tool_history.h"
#include "data/tool_split.h"
#include "json/json.h"
#include "mcp/answer_parts.h"
#include "mcp/tool.h"

#include <math.h>

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
