#include "http/respond.h"

#include "cgi/http_status.h"
#include "http/etag.h"
#include "json/json.h"

#include <stdlib.h>
#include <string.h>

/* What is larger is sent piece by piece, or does not come whole. */
#define BODY_MAX (4u * 1024 * 1024)
/* Nothing in a page or an image of ours needs more than this: no script. */
#define POLICY                                                                 \
	"default-src 'none'; style-src 'self'; img-src 'self'; "               \
	"base-uri 'none'; form-action 'self'"

void respond_init(struct response *r)
{
	*r = (struct response) {.status = 200, .type = TYPE_JSON};
	buf_init(&r->body, BODY_MAX);
	buf_init(&r->link, RESPOND_HEADER);
}

void respond_release(struct response *r)
{
	buf_release(&r->body);
	buf_release(&r->link);
	free(r->rest);
}

void respond_error(struct response *r, int status, const char *code,
	const char *message)
{
	r->status = status;
	r->type = TYPE_JSON;
	r->cache = CACHE_BRIEF;
	r->etag[0] = '\0';
	r->more = NULL;
	buf_clear(&r->link);
	buf_clear(&r->body);
	buf_str(&r->body, "{\"error\":");
	json_put_str(&r->body, code);
	buf_str(&r->body, ",\"message\":");
	json_put_str(&r->body, message);
	buf_str(&r->body, "}\n");
}

void respond_write(struct response *r, const struct request *request,
	struct buf *out)
{
	bool known;

	if (!buf_ok(&r->body))
		respond_error(r, 500, "too-large", "The answer is too large.");
	known = r->status == 200 && *r->etag &&
		etag_matches(request->if_none_match, r->etag);
	buf_fmt(out, "Status: %d %s\r\n", known ? 304 : r->status,
		http_status_reason(known ? 304 : r->status));
	etag_put_fields(out, r);
	if (known) {
		buf_str(out, "\r\n");
		return;
	}
	buf_fmt(out, "Content-Type: %s\r\n", r->type);
	if (!r->more)
		buf_fmt(out, "Content-Length: %zu\r\n", r->body.len);
	if (r->link.len)
		buf_fmt(out, "Link: %s\r\n", r->link.p);
	buf_str(out, "X-Content-Type-Options: nosniff\r\n");
	if (strcmp(r->type, TYPE_JSON) != 0)
		buf_fmt(out, "Content-Security-Policy: %s\r\n",
			r->policy ? r->policy : POLICY);
	if (r->anywhere)
		buf_str(out, "Cross-Origin-Resource-Policy: cross-origin\r\n");
	if (r->status == 405)
		buf_str(out, "Allow: GET, HEAD\r\n");
	buf_str(out, "\r\n");
	if (request->method != METHOD_HEAD)
		buf_add(out, r->body.p, r->body.len);
}
