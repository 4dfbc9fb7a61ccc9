#include "http/respond.h"

#include "cgi/request.h"
#include "http/etag.h"
#include "json/json.h"

#include <stdlib.h>
#include <string.h>

#define CONTENT_TYPE "Content-Type: "

/* What is larger is sent piece by piece, or does not come whole. */
#define BODY_MAX (4u * 1024 * 1024)
/* Scripts are ours alone, are files, and run in pages only. */
#define SCRIPTS "script-src 'self'; connect-src 'self'; "

/* The same for every account (RFC 7617): it tells nothing. */
#define CHALLENGE "Basic realm=\"Private pages\", charset=\"UTF-8\""

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

void respond_elsewhere(struct response *r, int status, const char *path)
{
	r->status = status;
	snprintf(r->location, sizeof r->location, "%s", path);
}

void respond_field(struct buf *out, const char *name, const char *value)
{
	buf_str(out, name);
	buf_str(out, value);
	buf_add(out, "\r\n", 2);
}

static void put_status(struct buf *out, int status)
{
	buf_str(out, "Status: ");
	buf_int(out, status);
	respond_field(out, " ", http_status_reason(status));
}

/* For a script of a page of that origin (Fetch, CORS protocol). */
static void put_cors(struct buf *out, const struct response *r)
{
	if (!*r->origin)
		return;
	respond_field(out, "Access-Control-Allow-Origin: ", r->origin);
	respond_field(out, "Vary: ", "Origin");
	if (!r->preflight)
		return;
	respond_field(out, "Access-Control-Allow-Methods: ", r->allow);
	respond_field(out, "Access-Control-Allow-Headers: ", r->preflight);
	respond_field(out, "Access-Control-Max-Age: ", "600");
}

/* What a page, or an image of ours, may load. */
static void put_policy(struct buf *out, const struct response *r)
{
	bool page = strcmp(r->type, TYPE_HTML) == 0;

	if (r->policy) {
		respond_field(out, "Content-Security-Policy: ", r->policy);
		return;
	}
	buf_fmt(out,
		"Content-Security-Policy: default-src 'none'; %sstyle-src "
		"'self'; img-src 'self'%s%s; base-uri 'none'; form-action "
		"'self'\r\n",
		page ? SCRIPTS : "", page && *r->images ? " " : "",
		page ? r->images : "");
}

void respond_write(struct response *r, const struct request *request,
	struct buf *out)
{
	bool known;

	if (!buf_ok(&r->body))
		respond_error(r, 500, "too-large", "The answer is too large.");
	known = r->status == 200 && *r->etag &&
		etag_matches(request->if_none_match, r->etag);
	put_status(out, known ? 304 : r->status);
	etag_put_fields(out, r);
	if (known) {
		buf_str(out, "\r\n");
		return;
	}
	put_cors(out, r);
	if (r->status != 204)
		respond_field(out, CONTENT_TYPE, r->type);
	if (!r->more && r->status != 204) {
		buf_str(out, "Content-Length: ");
		buf_int(out, (long long)r->body.len);
		buf_str(out, "\r\n");
	}
	if (r->link.len)
		respond_field(out, "Link: ", r->link.p);
	if (*r->location)
		respond_field(out, "Location: ", r->location);
	buf_str(out, "X-Content-Type-Options: nosniff\r\n");
	if (strcmp(r->type, TYPE_JSON) != 0)
		put_policy(out, r);
	if (*r->set_cookie && r->audience == AUDIENCE_HOLDER)
		respond_field(out, "Set-Cookie: ", r->set_cookie);
	if (r->anywhere && r->audience != AUDIENCE_HOLDER)
		buf_str(out, "Cross-Origin-Resource-Policy: cross-origin\r\n");
	if (r->status == 401)
		respond_field(out, "WWW-Authenticate: ", CHALLENGE);
	if (r->status == 405 || r->status == 204)
		respond_field(out, "Allow: ", r->allow ? r->allow : "GET, HEAD");
	buf_str(out, "\r\n");
	if (request->method != METHOD_HEAD)
		buf_add(out, r->body.p, r->body.len);
}

/* The fields that both have are those before the Content-Type. */
void respond_unchanged(const char *text, struct buf *out)
{
	const char *fields = strchr(text, '\n') + 1;

	put_status(out, 304);
	buf_add(out, fields, (size_t)(strstr(fields, CONTENT_TYPE) - fields));
	buf_str(out, "\r\n");
}
