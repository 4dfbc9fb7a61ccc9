#include "mcp/server_request.h"

#include "base/buf.h"
#include "json/json.h"

/* The longest id that is answered. */
#define ID_MAX ((size_t)16 * 1024)

/* What is left of a text that is known to be JSON. */
struct rest {
	const char *p, *end;
};

static void skip_space(struct rest *r)
{
	while (r->p < r->end && strchr(" \t\r\n", *r->p))
		r->p++;
}

static void skip_string(struct rest *r)
{
	for (r->p++; r->p < r->end && *r->p != '"'; r->p++)
		r->p += *r->p == '\\';
	r->p++;
}

static void skip_value(struct rest *r)
{
	int depth = 0;

	skip_space(r);
	while (r->p < r->end && (depth || !strchr(",]} \t\r\n", *r->p))) {
		if (*r->p == '"') {
			skip_string(r);
		} else {
			depth += *r->p == '[' || *r->p == '{';
			depth -= *r->p == ']' || *r->p == '}';
			r->p++;
		}
		if (!depth && strchr("\"]}", r->p[-1]))
			return;
	}
}

/* Find the id of the object that r begins with, as it is written; *n 0 where it
   has none, or its name is written with escapes. r is behind it then. */
static const char *raw_id(struct rest *r, size_t *n)
{
	static const char name[] = "\"id\"";
	struct rest in;
	const char *found = "";

	skip_space(r);
	in = *r;
	skip_value(r);
	in.end = r->p;
	*n = 0;
	in.p++;
	skip_space(&in);
	while (in.p < in.end && *in.p == '"') {
		const char *key = in.p, *value;

		skip_string(&in);
		value = in.p;
		skip_space(&in);
		in.p++;
		skip_space(&in);
		if ((size_t)(value - key) == sizeof name - 1 &&
			memcmp(key, name, sizeof name - 1) == 0)
			found = in.p;
		skip_value(&in);
		if (*found && !*n)
			*n = (size_t)(in.p - found);
		skip_space(&in);
		in.p += *in.p == ',';
		skip_space(&in);
	}
	return found;
}

/* Answer the message if it is a request; r begins with its text. */
static void answer(const cJSON *m, struct rest *r, server_request_fn *fn,
	void *arg)
{
	const cJSON *id = json_get(m, "id");
	const char *method = json_str(m, "method"), *raw;
	struct buf b;
	size_t n;

	raw = raw_id(r, &n);
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

void server_requests(const cJSON *m, const char *text, size_t n,
	server_request_fn *fn, void *arg)
{
	struct rest r = {text, text + n};
	const cJSON *one;

	if (!cJSON_IsArray(m)) {
		if (cJSON_IsObject(m))
			answer(m, &r, fn, arg);
		return;
	}
	skip_space(&r);
	cJSON_ArrayForEach(one, m)
	{
		r.p++; /* the bracket, or the comma */
		if (cJSON_IsObject(one))
			answer(one, &r, fn, arg);
		else
			skip_value(&r);
		skip_space(&r);
	}
}
