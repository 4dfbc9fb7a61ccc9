/*
 * surface.c: what a server offers: all pages of its tools, one of them called,
 * and the hash of them all.
 */
#include "course.h"

#include "clock.h"
#include "json.h"
#include "mirror.h"
#include "xalloc.h"

#include <math.h>

/* More pages than this are a server that never comes to an end. */
#define PAGES_MAX 100
#define CURSOR_MAX 4096
/* A list of so many bytes takes a while to hash. */
#define LARGE MIB
/* In this time all others have had a turn. */
#define TURN_MS 1.0
/* Room for a cursor in which each byte is escaped, and for what is around. */
#define LIST_MAX (8 * CURSOR_MAX)

static void send_list(struct probe *p, const char *cursor);

static void hash(struct probe *p)
{
	const struct target *t = p->job.target;
	struct failure f;
	char text[80];

	if (!tools_hash(&p->tools, &p->hash, &f)) {
		course_fail(p, NULL, &f);
		return;
	}
	if (*t->pinned_hash && strcmp(t->pinned_hash, p->hash.contract) != 0) {
		failure_set(&f, "hash.pinned",
			"the tools are not those that were pinned: %.12s "
			"instead of %.12s",
			p->hash.contract, t->pinned_hash);
		course_fail(p, NULL, &f);
		return;
	}
	snprintf(text, sizeof text, "%.12s%s", p->hash.contract,
		*t->pinned_hash ? ", as pinned" : "");
	buf_clear(&p->detail);
	buf_fmt(&p->detail, "{\"tool_hash\":\"%s\",\"full_hash\":\"%s\"}",
		p->hash.contract, p->hash.full);
	steps_pass(&p->steps, clock_mono_ms(), text, p->detail.p);
	course_finish(p);
}

static void hash_later(void *arg)
{
	hash(arg);
}

/*
 * Step 7 has ended: the hash, if it is asked for. Others have their turn before
 * the one of a large list.
 */
static void called(struct probe *p)
{
	if (steps_over(&p->steps)) {
		course_finish(p);
		return;
	}
	p->steps.since_ms = clock_mono_ms();
	if (p->tools.text.len < LARGE)
		hash(p);
	else
		http_after(p->wire.http, TURN_MS, hash_later, p);
}

static void on_call(struct probe *p, const struct reply *r)
{
	struct failure f;
	bool needs_input;

	if (r->kind != REPLY_RESULT) {
		wall_reply(p, r);
		return;
	}
	if (!rpc_judge_call(json_get(r->message, "result"),
		    p->wire.stateless, &f, &needs_input)) {
		course_fail(p, r, &f);
		return;
	}
	course_detail(p, r->http);
	buf_char(&p->detail, '}');
	steps_pass(&p->steps, r->at_ms,
		needs_input ? "the tool answers, and asks for input"
			    : p->job.target->health_tool,
		p->detail.p);
	called(p);
}

static void call(struct probe *p)
{
	const struct target *t = p->job.target;
	struct wire_message m = {.method = "tools/call",
		.name = t->health_tool,
		.tool = p->tools.kept,
		.arguments = t->health_args};
	struct failure f;
	char id[64];
	struct buf b;

	if (!t->health_tool) {
		steps_skip(&p->steps, "no health tool is configured");
		called(p);
		return;
	}
	if (!p->tools.kept) {
		failure_set(&f, "tool.missing",
			"the server does not list the health tool %.100s among "
			"its %zu",
			t->health_tool, p->tools.n);
		course_fail(p, NULL, &f);
		return;
	}
	if (p->wire.stateless && !mirror_valid(p->tools.kept, &f)) {
		course_fail(p, NULL, &f);
		return;
	}
	buf_init(&b, 2 * 1024 * 1024);
	rpc_tools_call(&b, course_request_id(p, id), p->wire.stateless,
		t->health_tool, t->health_args);
	m.id = id;
	m.body = b.p;
	course_send(p, &m, INFINITY, on_call);
	buf_release(&b);
}

/* All pages are read: step 6 ends. */
static void listed(struct probe *p, const struct reply *r)
{
	size_t pages = p->n_cursors + 1;
	struct failure f;
	char text[64];

	p->listed = true;
	if (!p->tools.n) {
		failure_set(&f, "mcp.no-tools",
			"the server says in its capabilities that it offers "
			"tools, but lists none");
		course_fail(p, r, &f);
		return;
	}
	snprintf(text, sizeof text, "%zu tool%s", p->tools.n,
		p->tools.n == 1 ? "" : "s");
	course_detail(p, r->http);
	buf_fmt(&p->detail, ",\"tools\":%zu,\"pages\":%zu}", p->tools.n, pages);
	steps_pass(&p->steps, r->at_ms, text, p->detail.p);
	if (steps_over(&p->steps)) {
		course_finish(p);
		return;
	}
	p->steps.since_ms = clock_mono_ms();
	call(p);
}

/* The next page, unless the server goes round in circles. */
static void turn(struct probe *p, const struct reply *r, const char *cursor)
{
	struct failure f;

	if (strlen(cursor) > CURSOR_MAX) {
		failure_set(&f, "mcp.cursor-too-long",
			"the nextCursor of tools/list has more than %d bytes",
			CURSOR_MAX);
		course_fail(p, r, &f);
		return;
	}
	for (size_t i = 0; i < p->n_cursors; i++) {
		if (strcmp(p->cursors[i], cursor) != 0)
			continue;
		failure_set(&f, "mcp.cursor-loop",
			"the pages of tools/list go round in a circle");
		course_fail(p, r, &f);
		return;
	}
	if (p->n_cursors + 1 >= PAGES_MAX) {
		failure_set(&f, "mcp.too-many-pages",
			"tools/list has more than %d pages", PAGES_MAX);
		course_fail(p, r, &f);
		return;
	}
	p->cursors = xgrow(p->cursors, &p->cap_cursors, p->n_cursors + 1,
		sizeof *p->cursors);
	p->cursors[p->n_cursors] = xstrdup(cursor);
	send_list(p, p->cursors[p->n_cursors++]);
}

static void on_list(struct probe *p, const struct reply *r)
{
	const cJSON *result = json_get(r->message, "result");
	const cJSON *next = json_get(result, "nextCursor");
	struct failure f;

	if (r->kind == REPLY_ERROR &&
		rpc_error_code(r->message) == RPC_METHOD_NOT_FOUND) {
		failure_set(&f, "jsonrpc.-32601",
			"the server says in its capabilities that it offers "
			"tools, but does not know tools/list");
		course_fail(p, r, &f);
		return;
	}
	if (r->kind != REPLY_RESULT) {
		wall_reply(p, r);
		return;
	}
	if ((p->wire.stateless && !rpc_judge_result_type(result, &f)) ||
		!tools_add(&p->tools, result, &f)) {
		course_fail(p, r, &f);
	} else if (!next || cJSON_IsNull(next)) {
		listed(p, r);
	} else if (!cJSON_IsString(next)) {
		failure_set(&f, "mcp.cursor",
			"the nextCursor of tools/list is no string");
		course_fail(p, r, &f);
	} else {
		turn(p, r, next->valuestring);
	}
}

static void send_list(struct probe *p, const char *cursor)
{
	struct wire_message m = {.method = "tools/list"};
	char id[64];
	struct buf b;

	buf_init(&b, LIST_MAX);
	rpc_tools_list(
		&b, course_request_id(p, id), p->wire.stateless, cursor);
	m.id = id;
	m.body = b.p;
	course_send(p, &m, INFINITY, on_list);
	buf_release(&b);
}

void surface_start(struct probe *p)
{
	p->steps.since_ms = clock_mono_ms();
	if (p->hello.has_tools) {
		send_list(p, NULL);
		return;
	}
	steps_skip_rest(&p->steps, "the server offers no tools");
	course_finish(p);
}

/* The SDK, too, sends such a request again as it was, with its id. */
void surface_again(struct probe *p)
{
	p->ids--;
	if (p->steps.next == STEP_TOOLS_CALL)
		call(p);
	else
		send_list(p, p->n_cursors ? p->cursors[p->n_cursors - 1]
					  : NULL);
}
