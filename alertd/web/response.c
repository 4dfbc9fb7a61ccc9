/* SPDX-License-Identifier: MIT */
/*
 * response.c: the errors that the addresses of cgi.c answer with, and how an
 * answer is written.
 */
#include "web/web.h"

#include "base/exits.h"
#include "base/lines.h"
#include "cgi/request.h"
#include "json/json.h"

#include <string.h>

void cgi_error(struct cgi_answer *a, int status, const char *code,
	const char *message)
{
	a->status = status;
	*a->location = '\0';
	a->type = CGI_JSON;
	buf_clear(&a->body);
	buf_str(&a->body, "{\"error\":");
	json_put_str(&a->body, code);
	buf_str(&a->body, ",\"message\":");
	json_put_str(&a->body, message);
	buf_str(&a->body, "}\n");
}

void cgi_put_html(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (strchr("&<>\"'", *s))
			buf_fmt(b, "&#%d;", *s);
		else
			buf_char(b, *s);
	}
}

/* Of the pages that a link of a message opens. */
static const char style[] =
	":root{color-scheme:light dark}"
	"body{font:1.1em/1.5 sans-serif;max-width:32em;margin:0 auto;"
	"padding:1em;overflow-wrap:anywhere}"
	"h1{font-size:1.5em;margin:.3em 0}dl{display:grid;grid-template-columns:auto 1fr;"
	"gap:.2em 1em}dt{opacity:.7}dd{margin:0}"
	"label,button,input{display:block;width:100%;box-sizing:border-box}"
	"input,button{font:inherit;padding:.6em .8em;margin:.2em 0 1em}"
	"button{border:0;border-radius:.4em;background:#1d4ed8;color:#fff}"
	"button.less{background:none;color:inherit;border:1px solid}"
	".has{border-left:.3em solid #2563eb;padding-left:.7em;"
	"font-weight:bold}.nobody{border-color:#c40040}"
	"a{color:inherit;display:inline-block;padding:.4em 1em .4em 0}";

void cgi_put_head(struct buf *b, const char *title)
{
	buf_str(b,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">"
		"\n<meta name=\"viewport\" content=\"width=device-width\">\n"
		"<title>");
	cgi_put_html(b, title);
	buf_fmt(b, "</title>\n<style>%s</style>\n<main>\n<h1>", style);
	cgi_put_html(b, title);
	buf_str(b, "</h1>\n");
}

void cgi_unavailable(struct cgi_answer *a)
{
	cgi_error(a, 503, "unavailable", "Try again in a moment.");
}

/* A page without a script. */
static const char scriptless[] = "default-src 'none'; "
	"style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; "
	"frame-ancestors 'none'";

/* The whole output (RFC 3875, section 6). */
static void put_answer(struct buf *out, const struct cgi_answer *a, bool head)
{
	buf_fmt(out, "Status: %d %s\r\nCache-Control: no-store\r\n", a->status,
		http_status_reason(a->status));
	if (a->allow)
		buf_fmt(out, "Allow: %s\r\n", a->allow);
	if (a->challenge)
		buf_str(out, "WWW-Authenticate: Bearer\r\n");
	if (a->retry_s)
		buf_fmt(out, "Retry-After: %d\r\n", a->retry_s);
	if (*a->location)
		buf_fmt(out, "Location: %s\r\n", a->location);
	if (*a->cookie)
		buf_fmt(out, "Set-Cookie: %s\r\n", a->cookie);
	buf_fmt(out,
		"Content-Type: %s\r\nContent-Length: %zu\r\n"
		"X-Content-Type-Options: nosniff\r\n"
		"Referrer-Policy: no-referrer\r\n"
		"Content-Security-Policy: %s\r\n\r\n",
		a->type, a->body.len, a->csp ? a->csp : scriptless);
	if (!head)
		buf_add(out, a->body.p, a->body.len);
}

int cgi_write(struct cgi_answer *a, bool head)
{
	struct buf out;
	int status;

	if (!buf_ok(&a->body))
		cgi_error(a, 500, "too_large", "The answer is too large.");
	buf_init(&out, CGI_PAGE_MAX + 2048);
	put_answer(&out, a, head);
	status = line_print(out.p, out.len) ? EXIT_ENV : EXIT_GOOD;
	buf_release(&out);
	return status;
}
