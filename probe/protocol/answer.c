/* SPDX-License-Identifier: MIT */
#include "protocol/answer.h"

#include "base/buf.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "json/json_pull.h"

#include <string.h>

/* The longest id that is answered. */
#define ASKED_ID_MAX ((size_t)16 * 1024)

/* ---- The server asks. */

/* Answer the message if it is a request; text begins with it. */
static void answer_request(
	const cJSON *m, struct pull *text, server_request_fn *fn, void *arg)
{
	const cJSON *id = json_get(m, "id");
	const char *method = json_str(m, "method"), *raw;
	struct buf b;
	size_t n;

	raw = pull_member(text, m, id, &n);
	if (!method || !(cJSON_IsString(id) || cJSON_IsNumber(id)))
		return;
	buf_init(&b, ASKED_ID_MAX + 200);
	/* In the order of the official SDK. */
	buf_str(&b, strcmp(method, "ping") == 0
			? "{\"result\":{},\"jsonrpc\":\"2.0\",\"id\":"
			: "{\"jsonrpc\":\"2.0\",\"id\":");
	if (n)
		buf_add(&b, raw, n);
	else
		json_put(&b, id);
	buf_str(&b, strcmp(method, "ping") == 0
			? "}"
			: ",\"error\":{\"code\":-32601,"
			  "\"message\":\"Method not found\"}}");
	if (buf_ok(&b))
		fn(arg, b.p);
	buf_release(&b);
}

void server_requests(const cJSON *m, const char *p, size_t n,
	server_request_fn *fn, void *arg)
{
	struct pull j = pull_begin(p, n);
	const cJSON *one;

	if (cJSON_IsObject(m))
		answer_request(m, &j, fn, arg);
	if (!cJSON_IsArray(m))
		return;
	pull_array(&j);
	cJSON_ArrayForEach(one, m)
	{
		pull_item(&j);
		answer_request(one, &j, fn, arg);
	}
}

/* ---- The answer to our request. */

void answer_init(struct answer *a, const char *id, struct budget *budget)
{
	memset(a, 0, sizeof *a);
	a->budget = budget;
	a->id = id ? xstrdup(id) : NULL;
}

void answer_release(struct answer *a)
{
	cJSON_Delete(a->message);
	free(a->id);
	memset(a, 0, sizeof *a);
}

/* Whether m answers another request than ours. */
static bool is_foreign(const struct answer *a, const cJSON *m)
{
	return json_str(m, "jsonrpc") && json_get(m, "id") &&
		!json_get(m, "method") && !rpc_has_id(m, a->id);
}

/* Look at one message: true where it is the answer, and well formed. */
static bool look_at_message(
	struct answer *a, const cJSON *m, enum rpc_errors errors)
{
	const char *fault = rpc_fault(m, a->id, errors);

	a->match = rpc_match(m, a->id, errors);
	a->over = fault || a->match != RPC_NOT_OURS;
	if (fault) {
		a->malformed = true;
		a->refusal = JSON_MALFORMED;
		snprintf(a->why, sizeof a->why, "%s", fault);
	} else if (!a->over && is_foreign(a, m)) {
		a->foreign = true;
	}
	return a->over && !fault;
}

void answer_take(struct answer *a, cJSON *m, enum rpc_errors errors)
{
	cJSON *one;

	if (!cJSON_IsArray(m) && look_at_message(a, m, errors)) {
		a->message = m;
		return;
	}
	for (one = cJSON_IsArray(m) ? m->child : NULL; one && !a->over;
		one = one->next) {
		if (!look_at_message(a, one, errors))
			continue;
		a->batch = true;
		a->message = cJSON_DetachItemViaPointer(m, one);
		break;
	}
	cJSON_Delete(m);
}

bool answer_known(struct answer *a, const char *data, size_t n)
{
	const struct budget *b = a->budget;

	a->known = a->id && b->known && b->known(b->known_arg, data, n);
	a->over = a->over || a->known;
	return a->known;
}

cJSON *answer_parse(struct answer *a, const char *data, size_t n)
{
	cJSON *m = budget_parse(a->budget, data, n, a->why);

	if (!m) {
		a->malformed = true;
		a->refusal = a->budget->json.refusal;
	}
	return m;
}

void answer_event(struct answer *a, const char *type, const char *data,
	size_t n)
{
	cJSON *m;

	if (strcmp(type, "message") != 0 || answer_known(a, data, n))
		return;
	m = answer_parse(a, data, n);
	if (m && a->asked)
		server_requests(m, data, n, a->asked, a->asked_arg);
	if (m)
		answer_take(a, m, RPC_ERRORS_OURS);
	else
		a->over = a->refusal != JSON_MALFORMED;
}

bool answer_failure(const struct answer *a, const char *where,
	struct failure *f)
{
	if (a->malformed)
		return budget_failure(a->refusal, where, a->why, f);
	if (a->foreign)
		return failure_set(f, "jsonrpc.wrong-id",
			"the %s answers another request: its id differs from "
			"the request in value or type",
			where);
	return true;
}
