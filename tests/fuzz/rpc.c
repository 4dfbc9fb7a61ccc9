/* SPDX-License-Identifier: MIT */
/*
 * Goal: an answer of a server is read or refused, what is read can be written
 * and read again, and every judgement of it is whole: a code, a sentence, or
 * what was asked for.
 */
#include "fuzz.h"

#include "protocol/rpc.h"
#include "protocol/answer.h"

#include "base/text.h"
#include "json/json.h"

/* As requests count them; and one that is text. */
#define COUNTED "3"
#define NAMED "\"mcp-probe-3\""

/* The message quotes the server, and is cleaned where it is written. */
static void judged(bool ok, const struct failure *f)
{
	if (ok)
		return;
	need(fuzz_code(f->code, sizeof f->code));
	need(*f->message);
	need(strnlen(f->message, sizeof f->message) < sizeof f->message);
}

static void judge_hello(const cJSON *v)
{
	struct rpc_hello h;
	struct failure f;
	bool ok;

	memset(&f, 0xaa, sizeof f);
	memset(&h, 0xaa, sizeof h);
	ok = rpc_judge_initialize(v, &h, &f);
	judged(ok, &f);
	need(!ok || (rpc_known_session(h.revision) && *h.server_name));
	need(fuzz_clean(h.server_name, sizeof h.server_name));
	need(fuzz_clean(h.server_version, sizeof h.server_version));
	memset(&h, 0xaa, sizeof h);
	ok = rpc_judge_discover(v, &h, &f);
	judged(ok, &f);
	need(strcmp(h.revision, REVISION_STATELESS) == 0);
	need(fuzz_clean(h.server_name, sizeof h.server_name));
	need(fuzz_clean(h.server_version, sizeof h.server_version));
}

static void judge(const cJSON *v)
{
	bool needs_input = false, ok;
	struct failure f;

	judge_hello(v);
	memset(&f, 0xaa, sizeof f);
	ok = rpc_judge_list(v, true, &f);
	judged(ok, &f);
	memset(&f, 0xaa, sizeof f);
	ok = rpc_judge_call(v, true, &f, &needs_input);
	need(ok || !needs_input);
	judged(ok, &f);
	memset(&f, 0xaa, sizeof f);
	ok = rpc_judge_call(v, false, &f, &needs_input);
	need(!needs_input);
	judged(ok, &f);
	rpc_versions(v);
	rpc_versions(json_get(v, "supported"));
}

static void match(const cJSON *m, const char *id)
{
	enum rpc_match ours = rpc_match(m, id, RPC_ERRORS_OURS);
	enum rpc_match null = rpc_match(m, id, RPC_ERRORS_NULL);
	enum rpc_match all = rpc_match(m, id, RPC_ERRORS_ALL);
	struct failure f;

	/* Who takes more errors for an answer takes no less for one. */
	need(ours == RPC_NOT_OURS || ours == null);
	need(null == RPC_NOT_OURS || null == all);
	need(all != RPC_RESULT || ours == RPC_RESULT);
	need(ours == RPC_NOT_OURS || rpc_has_id(m, id));
	need(!rpc_has_id(m, COUNTED) || !rpc_has_id(m, NAMED));
	memset(&f, 0xaa, sizeof f);
	need(!rpc_error_failure(m, &f));
	judged(false, &f);
	if (all == RPC_RESULT)
		judge(json_get(m, "result"));
}

/* What is written of a tree is JSON, and all of it is kept when it is read. */
static void round_trip(const cJSON *tree)
{
	char why[JSON_WHY];
	struct buf once, twice;
	cJSON *again;

	buf_init(&once, SIZE_MAX / 2);
	buf_init(&twice, SIZE_MAX / 2);
	json_put(&once, tree);
	need(text_is_utf8(once.p, once.len));
	again = json_parse(once.p, once.len, &json_reply, why);
	need(again);
	json_put(&twice, again);
	need(fuzz_same(&once, &twice));
	cJSON_Delete(again);
	buf_release(&once);
	buf_release(&twice);
}

/* A request whose member `key` of its params is a string. */
static void request(const struct buf *b, const char *key)
{
	char why[JSON_WHY];
	cJSON *m = json_parse(b->p, b->len, &json_reply, why);

	need(m && strcmp(json_str(m, "jsonrpc"), "2.0") == 0);
	need(rpc_has_id(m, COUNTED) && json_str(m, "method"));
	need(json_str(json_get(m, "params"), key));
	cJSON_Delete(m);
}

/* Requests that quote what a server said are JSON whatever that was. */
static void quote(const cJSON *tree)
{
	const char *s = cJSON_GetStringValue(tree);
	bool stateless;
	struct buf b;

	if (!s)
		s = json_str(json_get(tree, "result"), "nextCursor");
	if (!s)
		return;
	stateless = strlen(s) % 2 == 0;
	buf_init(&b, SIZE_MAX / 2);
	rpc_tools_list(&b, COUNTED, stateless, s);
	request(&b, "cursor");
	buf_clear(&b);
	rpc_tools_call(&b, COUNTED, stateless, s, json_get(tree, "result"));
	request(&b, "name");
	buf_release(&b);
}

/* The requests of a message whose answers are still to come. */
static const cJSON *asked(const cJSON *one)
{
	for (; one; one = one->next) {
		const cJSON *id = json_get(one, "id");

		if (json_str(one, "method") &&
			(cJSON_IsString(id) || cJSON_IsNumber(id)))
			break;
	}
	return one;
}

/* An answer is JSON, and has the id of the request that is next. */
static void answered(void *arg, const char *text)
{
	const cJSON **next = arg;
	char why[JSON_WHY];
	cJSON *m = json_parse(text, strlen(text), &json_reply, why);
	struct buf id, own;

	need(m && *next);
	buf_init(&id, SIZE_MAX / 2);
	buf_init(&own, SIZE_MAX / 2);
	json_put(&id, json_get(*next, "id"));
	json_put(&own, json_get(m, "id"));
	need(fuzz_same(&id, &own));
	need(!json_get(m, "result") == !!json_get(m, "error"));
	*next = asked((*next)->next);
	cJSON_Delete(m);
	buf_release(&id);
	buf_release(&own);
}

static void answer_requests(const cJSON *tree, const char *p, size_t n)
{
	const cJSON *next = asked(cJSON_IsArray(tree) ? tree->child : tree);

	if (n >= 16 * 1024)
		return;
	server_requests(tree, p, n, answered, &next);
	need(!next);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[JSON_WHY];
	cJSON *strict, *tree;

	memset(why, 0xaa, sizeof why);
	tree = json_parse((const char *)data, size, &json_reply, why);
	need(tree || fuzz_line(why, sizeof why));
	memset(why, 0xaa, sizeof why);
	strict = json_parse((const char *)data, size, &json_record, why);
	need(strict || fuzz_line(why, sizeof why));
	need(tree || !strict);
	if (tree) {
		need(!strict || text_is_utf8((const char *)data, size));
		round_trip(tree);
		quote(tree);
		match(tree, COUNTED);
		match(tree, NAMED);
		judge(tree);
		answer_requests(tree, (const char *)data, size);
	}
	cJSON_Delete(tree);
	cJSON_Delete(strict);
	return 0;
}
