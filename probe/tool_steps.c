/*
 * tool_steps.c: what a server offers: all pages of its tools, one of them
 * called, and the hash of them all.
 */
#include "flow.h"

#include "base/clock.h"
#include "json/json.h"
#include "mcp/header_arguments.h"

#include <math.h>

/* A list of so many bytes takes a while to hash. */
#define LARGE MIB
/* In this time all others have had a turn. */
#define TURN_MS 1.0

static void send_list(struct probe *p);

/* All is known that step 8 tells: it ends. */
static void tell_hash(struct probe *p)
{
	const struct target *t = p->job.target;
	const char *more = p->cache.result == CACHE_STALE
		? "; clients get an older list than the server's"
		: "";
	struct failure f;
	char text[160];

	buf_clear(&p->detail);
	buf_fmt(&p->detail, "{\"tool_hash\":\"%s\",\"full_hash\":\"%s\"",
		p->hash.contract, p->hash.full);
	stale_cache_detail(p, &p->detail);
	buf_char(&p->detail, '}');
	if (*t->pinned_hash && strcmp(t->pinned_hash, p->hash.contract) != 0) {
		failure_set(&f, "hash.pinned",
			"the tools are not those that were pinned: %.12s "
			"instead of %.12s%s",
			p->hash.contract, t->pinned_hash, more);
		flow_fail_kept(p, &f);
		return;
	}
	snprintf(text, sizeof text, "%.12s%s%s", p->hash.contract,
		*t->pinned_hash ? ", as pinned" : "", more);
	steps_pass(&p->steps, clock_mono_ms(), text, p->detail.p);
	flow_finish(p);
}

static void hash(struct probe *p)
{
	struct failure f;

	if (tools_hash(&p->list.tools, &p->hash, &f))
		stale_cache_check(p, tell_hash);
	else
		flow_fail(p, NULL, &f);
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
		flow_finish(p);
		return;
	}
	p->steps.since_ms = clock_mono_ms();
	if (p->list.tools.text.len < LARGE)
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
		flow_fail(p, r, &f);
		return;
	}
	flow_detail(p, r->http);
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
		.tool = p->list.tools.kept,
		.arguments = t->health_args};
	struct failure f;
	char id[64];
	struct buf b;

	if (!t->health_tool) {
		steps_skip(&p->steps, "no health tool is configured");
		called(p);
		return;
	}
	if (!p->list.tools.kept) {
		failure_set(&f, "tool.missing",
			"the server does not list the health tool %.100s among "
			"its %zu",
			t->health_tool, p->list.tools.n);
		flow_fail(p, NULL, &f);
		return;
	}
	if (p->wire.stateless &&
		!header_arguments_valid(p->list.tools.kept, &f)) {
		flow_fail(p, NULL, &f);
		return;
	}
	buf_init(&b, 2 * 1024 * 1024);
	rpc_tools_call(&b, flow_request_id(p, id), p->wire.stateless,
		t->health_tool, t->health_args);
	m.id = id;
	m.body = b.p;
	flow_send(p, &m, INFINITY, on_call);
	buf_release(&b);
}

/* All pages are read: step 6 ends. */
static void listed(struct probe *p, const struct reply *r)
{
	size_t pages = p->list.n_cursors + 1;
	struct failure f;
	char text[64];

	p->listed = true;
	if (!p->list.tools.n) {
		failure_set(&f, "mcp.no-tools",
			"the server says in its capabilities that it offers "
			"tools, but lists none");
		flow_fail(p, r, &f);
		return;
	}
	snprintf(text, sizeof text, "%zu tool%s", p->list.tools.n,
		p->list.tools.n == 1 ? "" : "s");
	flow_detail(p, r->http);
	buf_fmt(&p->detail, ",\"tools\":%zu,\"pages\":%zu}", p->list.tools.n,
		pages);
	steps_pass(&p->steps, r->at_ms, text, p->detail.p);
	if (steps_over(&p->steps)) {
		flow_finish(p);
		return;
	}
	p->steps.since_ms = clock_mono_ms();
	call(p);
}

static void on_list(struct probe *p, const struct reply *r)
{
	struct failure f;

	if (r->kind == REPLY_ERROR &&
		rpc_error_code(r->message) == RPC_METHOD_NOT_FOUND) {
		failure_set(&f, "jsonrpc.-32601",
			"the server says in its capabilities that it offers "
			"tools, but does not know tools/list");
		flow_fail(p, r, &f);
		return;
	}
	if (r->kind != REPLY_RESULT) {
		wall_reply(p, r);
		return;
	}
	stale_cache_note(p, r->http);
	switch (listing_take(&p->list, json_get(r->message, "result"),
		p->wire.stateless, &f)) {
	case LISTING_WHOLE:
		listed(p, r);
		break;
	case LISTING_MORE:
		send_list(p);
		break;
	case LISTING_BAD:
		flow_fail(p, r, &f);
		break;
	}
}

static void send_list(struct probe *p)
{
	struct wire_message m = {.method = "tools/list"};
	char id[64];
	struct buf b;

	buf_init(&b, LISTING_REQUEST_MAX);
	rpc_tools_list(&b, flow_request_id(p, id), p->wire.stateless,
		listing_cursor(&p->list));
	m.id = id;
	m.body = b.p;
	flow_send(p, &m, INFINITY, on_list);
	buf_release(&b);
}

void tool_steps_start(struct probe *p)
{
	p->steps.since_ms = clock_mono_ms();
	if (p->hello.has_tools) {
		p->list_id = p->ids;
		send_list(p);
		return;
	}
	steps_skip_rest(&p->steps, "the server offers no tools");
	flow_finish(p);
}

/* The SDK, too, sends such a request again as it was, with its id. */
void tool_steps_again(struct probe *p)
{
	p->ids--;
	if (p->steps.next == STEP_TOOLS_CALL)
		call(p);
	else
		send_list(p);
}
