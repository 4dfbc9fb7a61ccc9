/* SPDX-License-Identifier: MIT */
/*
 * tools.c: steps 6 to 8: all pages of what tools a server lists, a call of one
 * of them, and the hash of them all: whether it is the one that was pinned, and
 * whether clients get the list that it is of (stale_cache.c).
 */
#include "steps/steps.h"

#include "base/clock.h"
#include "json/json.h"
#include "protocol/tools.h"

/* A list of this many bytes takes a while to hash. */
#define LARGE MIB

struct next tools_list_begin(struct probe *p)
{
	p->steps.since_ms = clock_mono_ms();
	if (!p->hello.has_tools)
		return step_skip_rest("the server offers no tools");
	p->list_id = p->ids;
	return step_send(REQUEST_TOOLS_LIST);
}

struct next tools_list_again(struct probe *p)
{
	p->ids--;
	return step_send(REQUEST_TOOLS_LIST);
}

void tools_list_write(struct probe *p, struct wire_message *m, struct buf *b)
{
	m->id = step_request_id(p);
	/* Without a health tool only the hashes of the list are wanted. */
	if (!p->target->health_tool && !listing_cursor(&p->list))
		step_look_for(p, KNOWN_LIST);
	/* After a single page nothing follows, and there is no session to
	   close. */
	if (!p->target->health_tool && !p->wire.session &&
		!p->transport.stream && !stale_cache_due(p))
		m->last_unless = "\"nextCursor\"";
	rpc_tools_list(
		b, m->id, p->wire.stateless, listing_cursor(&p->list));
}

/* All pages are read: step 6 ends. */
static struct next pass_listed(struct probe *p, const struct reply *r)
{
	size_t n = p->list.tools.n, pages = p->list.n_cursors + 1;
	struct failure f;
	struct buf text;

	p->listed = true;
	if (!n) {
		failure_set(&f, "mcp.no-tools",
			"the server says in its capabilities that it offers "
			"tools, but lists none");
		return step_fail(p, r, &f);
	}
	step_detail(p, r->http);
	buf_str(&p->detail, ",\"tools\":");
	buf_int(&p->detail, (long long)n);
	buf_str(&p->detail, ",\"pages\":");
	buf_int(&p->detail, (long long)pages);
	buf_char(&p->detail, '}');
	buf_init(&text, 40);
	buf_int(&text, (long long)n);
	buf_str(&text, n == 1 ? " tool" : " tools");
	return step_pass_text(p, r->at_ms, &text);
}

struct next tools_list_reply(struct probe *p, const struct reply *r)
{
	struct failure f;

	if (r->kind == REPLY_ERROR &&
		rpc_error_code(r->message) == RPC_METHOD_NOT_FOUND) {
		failure_set(&f, "jsonrpc.-32601",
			"the server says in its capabilities that it offers "
			"tools, but does not know tools/list");
		return step_fail(p, r, &f);
	}
	if (r->kind != REPLY_RESULT)
		return step_next(NEXT_REFUSED);
	stale_cache_note(p, r->http);
	if (r->known)
		return pass_listed(p, r);
	if (r->batch)
		known_answer_drop(&p->answer);
	switch (listing_take(&p->list, json_get(r->message, "result"),
		p->wire.stateless, &f)) {
	case LISTING_WHOLE:
		return pass_listed(p, r);
	case LISTING_MORE:
		known_answer_drop(&p->answer);
		return step_send(REQUEST_TOOLS_LIST);
	case LISTING_BAD:
		break;
	}
	return step_fail(p, r, &f);
}

struct next tools_call_begin(struct probe *p)
{
	const struct target *t = p->target;
	struct failure f;

	p->steps.since_ms = clock_mono_ms();
	if (!t->health_tool)
		return step_skip("no health tool is configured");
	if (t->piece.first > STEP_TOOLS_CALL)
		return step_skip("an earlier piece of the probe has called it");
	if (!p->list.tools.kept) {
		failure_set(&f, "tool.missing",
			"the server does not list the health tool %.100s among "
			"its %zu tools",
			t->health_tool, p->list.tools.n);
		return step_fail(p, NULL, &f);
	}
	if (p->wire.stateless &&
		!header_arguments_valid(p->list.tools.kept, &f))
		return step_fail(p, NULL, &f);
	return step_send(REQUEST_TOOLS_CALL);
}

struct next tools_call_again(struct probe *p)
{
	p->ids--;
	return step_send(REQUEST_TOOLS_CALL);
}

void tools_call_write(struct probe *p, struct wire_message *m, struct buf *b)
{
	const struct target *t = p->target;

	m->name = t->health_tool;
	m->tool = p->list.tools.kept;
	m->arguments = t->health_args;
	m->id = step_request_id(p);
	rpc_tools_call(b, m->id, p->wire.stateless, t->health_tool,
		t->health_args);
}

struct next tools_call_reply(struct probe *p, const struct reply *r)
{
	struct failure f;
	bool needs_input;

	if (r->kind != REPLY_RESULT)
		return step_next(NEXT_REFUSED);
	if (!rpc_judge_call(json_get(r->message, "result"),
		    p->wire.stateless, &f, &needs_input))
		return step_fail(p, r, &f);
	step_detail(p, r->http);
	buf_char(&p->detail, '}');
	return step_pass(p, r->at_ms, "%s",
		needs_input ? "the tool answers and asks for input"
			    : p->target->health_tool);
}

/* Step 8 ends. */
static struct next report_hash(struct probe *p)
{
	const struct target *t = p->target;
	const char *more = p->cache.result == CACHE_STALE
		? "; clients get an outdated tool list"
		: "";
	struct failure f;
	struct buf text;

	buf_clear(&p->detail);
	buf_str(&p->detail, "{\"tool_hash\":\"");
	buf_str(&p->detail, p->hash.contract);
	buf_str(&p->detail, "\",\"full_hash\":\"");
	buf_str(&p->detail, p->hash.full);
	buf_char(&p->detail, '"');
	stale_cache_detail(p, &p->detail);
	buf_char(&p->detail, '}');
	if (*t->pinned_hash && strcmp(t->pinned_hash, p->hash.contract) != 0) {
		failure_set(&f, "hash.pinned",
			"the tools differ from the pinned tools: %.12s instead "
			"of %.12s%s",
			p->hash.contract, t->pinned_hash, more);
		return step_fail_kept(p, &f);
	}
	buf_init(&text, 200);
	buf_add(&text, p->hash.contract, 12);
	buf_str(&text, *t->pinned_hash ? ", as pinned" : "");
	buf_str(&text, more);
	return step_pass_text(p, clock_mono_ms(), &text);
}

struct next tools_hash_begin(struct probe *p)
{
	p->steps.since_ms = clock_mono_ms();
	if (p->list.tools.text.len < LARGE)
		return tools_hash_now(p);
	return step_next(NEXT_LATER);
}

struct next tools_hash_now(struct probe *p)
{
	struct failure f;

	if (!tools_hash(&p->list.tools, &p->hash, &f))
		return step_fail(p, NULL, &f);
	step_learn(p, KNOWN_LIST);
	if (stale_cache_begin(p))
		return step_send(REQUEST_CACHE_CHECK);
	return report_hash(p);
}

struct next tools_cache_reply(struct probe *p, const struct reply *r)
{
	if (stale_cache_take(p, r))
		return step_send(REQUEST_CACHE_CHECK);
	return report_hash(p);
}
