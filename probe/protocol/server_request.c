#include "protocol/server_request.h"

#include "base/buf.h"
#include "json/json.h"
#include "json/json_pull.h"

#include <string.h>

/* The longest id that is answered. */
#define ID_MAX ((size_t)16 * 1024)

/* Answer the message if it is a request; text begins with it. */
static void answer(const cJSON *m, struct pull *text, server_request_fn *fn,
	void *arg)
{
	const cJSON *id = json_get(m, "id");
	const char *method = json_str(m, "method"), *raw;
	struct buf b;
	size_t n;

	raw = pull_member(text, m, id, &n);
	if (!method || !(cJSON_IsString(id) || cJSON_IsNumber(id)))
		return;
	buf_init(&b, ID_MAX + 200);
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

void server_requests(const cJSON *m, const char *text, server_request_fn *fn,
	void *arg)
{
	struct pull j = pull_begin(text);
	const cJSON *one;

	if (cJSON_IsObject(m))
		answer(m, &j, fn, arg);
	if (!cJSON_IsArray(m))
		return;
	pull_array(&j);
	cJSON_ArrayForEach(one, m)
	{
		pull_item(&j);
		answer(one, &j, fn, arg);
	}
}
