/* SPDX-License-Identifier: MIT */
/*
 * Goal: whatever is sent to /mcp, the answer is none, with 202, or one JSON
 * text of JSON-RPC, an array only for a batch; and a tool is only called with
 * arguments that its schema allows.
 *
 * An input is a line each for Accept, Origin, MCP-Protocol-Version, Mcp-Method
 * and Mcp-Name, an empty one where there is no such field, and then the body.
 */
#include "fuzz.h"

#include "cgi/request.h"
#include "http/respond.h"
#include "json/json.h"
#include "mcp/protocol.h"

#include <stdlib.h>

#define FIELDS 5

static void call_tool(void *arg, enum tool tool, const struct tool_arguments *a,
	struct tool_result *out)
{
	++*(int *)arg;
	need(tool <= TOOL_FLEET_SUMMARY);
	need(a->slug || (tool != TOOL_SERVER_STATUS && tool != TOOL_TOOL_CHANGES));
	need(!a->slug || (*a->slug && strlen(a->slug) <= 80 * 4));
	need(a->limit >= 0 && a->limit <= 100 && a->days >= 0 && a->days <= 90);
	buf_str(&out->text, a->query ? a->query : "none");
	buf_str(&out->json, "{}");
}

static void check_message(const cJSON *o)
{
	const char *version = json_str(o, "jsonrpc");
	const cJSON *error = json_get(o, "error");
	double code = 0;

	need(version && strcmp(version, "2.0") == 0);
	need(!error != !json_get(o, "result"));
	need(!error || (json_num(error, "code", &code) && code < 0 &&
		json_str(error, "message")));
}

static void check(const struct response *r, int calls)
{
	char why[JSON_WHY];
	const cJSON *o;
	cJSON *doc;

	need(r->cache == CACHE_NEVER && r->audience == AUDIENCE_HOLDER);
	need(calls <= PROTOCOL_BATCH && buf_ok(&r->body));
	need((r->status == 202) == !r->body.len);
	if (!r->body.len)
		return;
	doc = json_parse(r->body.p, r->body.len, &json_reply, why);
	need(doc != NULL);
	if (cJSON_IsArray(doc)) {
		need(r->status == 200 && cJSON_GetArraySize(doc) > 0);
		cJSON_ArrayForEach(o, doc)
			check_message(o);
	} else {
		check_message(doc);
	}
	cJSON_Delete(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int calls = 0;
	struct protocol p = {.site = "https://status.example.com",
		.call = call_tool, .arg = &calls};
	struct request request = {.method = METHOD_POST};
	struct request_post *post = &request.post;
	const char **fields[FIELDS] = {&post->accept, &request.origin,
		&post->protocol, &post->rpc_method, &post->rpc_name};
	char *lines[FIELDS] = {NULL}, *body;
	struct response r;

	for (size_t i = 0; i < FIELDS; i++) {
		size_t n = fuzz_cut(data, size, '\n');

		lines[i] = fuzz_string(data, n);
		*fields[i] = *lines[i] ? lines[i] : NULL;
		n += n < size;
		data += n;
		size -= n;
	}
	/* The body is exactly as long as it says. */
	body = malloc(size ? size : 1);
	need(body != NULL);
	if (size)
		memcpy(body, data, size);
	post->type = "application/json";
	post->body = body;
	post->n = size;
	respond_init(&r);
	protocol_answer(&p, &request, &r);
	check(&r, calls);
	respond_release(&r);
	free(body);
	for (size_t i = 0; i < FIELDS; i++)
		free(lines[i]);
	return 0;
}
