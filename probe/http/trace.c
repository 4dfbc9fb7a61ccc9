/* SPDX-License-Identifier: MIT */
/*
 * trace.c: shows a request and its response on standard error, for people: "* "
 * before notes on the connection, "> " before what was sent, "< " before what
 * came. All secrets of redaction/mask.c are masked, and whatever may be one in
 * a header field or a query.
 *
 * A message is written at once when it is whole, so that messages of several
 * probes do not mix and a secret that came in pieces is found. Of a body only
 * the beginning is shown.
 */
#include "http/transfer.h"

#include "base/buf.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "http/url.h"
#include "redaction/redaction.h"

#include <stdarg.h>
#include <strings.h>

/* How many bytes of a message are shown. */
#define SHOWN 2000
/* How many more are kept, to find a secret that begins before the end. */
#define BEYOND 256
#define HEAD_MAX (64 * 1024)

struct trace {
	char label[128]; /* before each line; "" for none */
	/* The parts of a head that were masked: the body may repeat them. */
	struct mask_set own;
	char *body; /* of the request; NULL: none, or none to show */
	bool confidential;
	struct buf sent;     /* the head of the request */
	struct buf fields;   /* the head of the response */
	struct buf received; /* the beginning of its body */
	size_t received_n;   /* the length of the whole body */
};

struct trace *trace_new(const struct http_request *rq, int labels)
{
	struct trace *t = xcalloc(1, sizeof *t);
	struct url u;
	char why[URL_WHY];

	if (labels && rq->label)
		snprintf(t->label, sizeof t->label, "%s: ", rq->label);
	else if (labels && url_parse(rq->url, &u, why))
		snprintf(t->label, sizeof t->label, "%.120s: ", u.shown);
	t->confidential = rq->confidential;
	t->body = rq->body && !rq->confidential ? xstrdup(rq->body) : NULL;
	buf_init(&t->sent, HEAD_MAX);
	buf_init(&t->fields, HEAD_MAX);
	buf_init(&t->received, SHOWN + BEYOND);
	return t;
}

/* Append a line to out: without secrets and control characters, and cut. */
static void put_line(struct buf *out, const struct trace *t, char mark,
	const char *p, size_t n, size_t end)
{
	char clean[4 * SHOWN + 1];
	struct buf masked;

	buf_init(&masked, 4 * SHOWN);
	mask(&masked, p, n, end, &t->own);
	text_clean(masked.p, masked.len, clean, sizeof clean, SHOWN);
	buf_fmt(out, "%s%c %s\n", t->label, mark, clean);
	buf_release(&masked);
}

/* Append the lines of a message, up to `end` of its n bytes, to out. */
static void put_lines(struct buf *out, const struct trace *t, char mark,
	const char *p, size_t n, size_t end)
{
	struct buf masked;
	size_t i = 0;

	/* Mask before the text is split: a secret may go over a line's end. */
	buf_init(&masked, 4 * HEAD_MAX);
	mask(&masked, p, n, end, &t->own);
	while (i < masked.len) {
		const char *line = masked.p + i;
		size_t len = 0;

		while (i + len < masked.len && line[len] != '\n')
			len++;
		i += len + 1;
		if (len && line[len - 1] == '\r')
			len--;
		put_line(out, t, mark, line, len, SHOWN);
	}
	buf_release(&masked);
}

static void put_body(struct buf *out, const struct trace *t, char mark,
	const struct buf *body, size_t whole)
{
	size_t end = whole < SHOWN ? whole : SHOWN;

	put_lines(out, t, mark, body->p, body->len, end);
	if (whole > end)
		buf_fmt(out, "%s%c (%zu bytes more)\n", t->label, mark,
			whole - end);
}

static void print_lines(struct buf *out)
{
	fwrite(out->p, 1, out->len, stderr);
	buf_release(out);
}

void trace_note(struct trace *t, const char *fmt, ...)
{
	struct buf out, text;
	va_list ap;

	if (!t)
		return;
	buf_init(&out, HEAD_MAX);
	buf_init(&text, SHOWN);
	va_start(ap, fmt);
	buf_vfmt(&text, fmt, ap);
	va_end(ap);
	put_line(&out, t, '*', text.p, text.len, SHOWN);
	buf_release(&text);
	print_lines(&out);
}

void trace_connected(struct trace *t, const struct http_response *r,
	const char *names)
{
	trace_note(t, "%s %s port %ld%s%s%s%s",
		r->reused ? "Again over the connection to" : "Connected to",
		r->address, r->port, r->proxied ? ", the proxy" : "",
		*r->tls_version ? ", " : "", r->tls_version,
		r->cert_wanted ? ", which asks for a client certificate" : "");
	if (!r->reused && *names)
		trace_note(t, "The certificate is for %s", names);
}

static bool is_field_of(const char *line, size_t n, const char *const *names)
{
	for (; *names; names++) {
		size_t len = strlen(*names);

		if (n > len && line[len] == ':' &&
			strncasecmp(line, *names, len) == 0)
			return true;
	}
	return false;
}

/* Append a URL, or a line with one, without user, password and query. */
static void put_url(struct buf *out, struct trace *t, const char *p, size_t n)
{
	size_t query = 0, from = 0, rest;

	while (query < n && p[query] != '?')
		query++;
	for (size_t i = 0; i + 3 < query; i++)
		if (memcmp(p + i, "://", 3) == 0)
			from = from ? from : i + 3;
	for (size_t i = from; from && i < query && p[i] != '/'; i++) {
		if (p[i] != '@')
			continue;
		buf_add(out, p, from);
		buf_str(out, "***");
		n -= i;
		query -= i;
		p += i;
		break;
	}
	buf_add(out, p, query);
	if (query == n)
		return;
	buf_str(out, "?***");
	for (rest = query; rest < n && p[rest] != ' '; rest++)
		;
	mask_parts(&t->own, p + query, rest - query);
	buf_add(out, p + rest, n - rest);
}

static void put_masked(struct buf *out, struct trace *t, const char *line,
	size_t n)
{
	size_t name = strcspn(line, ":");

	mask_parts(&t->own, line + name + 1, n - name - 1);
	buf_add(out, line, name);
	buf_str(out, ": ***");
}

/* Append a line of a head to out, its value masked where it may be secret. */
static void put_head_line(struct buf *out, struct trace *t, const char *line,
	size_t n, bool sent)
{
	/* Fields whose value is no secret of the client. */
	static const char *const shown[] = {"host", "user-agent", "accept",
		"accept-encoding", "accept-language", "cache-control",
		"connection", "content-length", "content-type", "mcp-method",
		"mcp-name", "mcp-protocol-version", "pragma",
		"proxy-connection", "sec-fetch-mode", "x-probe-region", NULL};
	static const char *const hidden[] = {"authentication-info",
		"mcp-session-id", "proxy-authentication-info", "set-cookie",
		"set-cookie2", NULL};
	static const char *const location[] = {
		"content-location", "location", "refresh", NULL};

	if (!memchr(line, ':', n) || memchr(line, ' ', strcspn(line, ":")))
		put_url(out, t, line, n);
	else if (sent ? !is_field_of(line, n, shown)
		      : is_field_of(line, n, hidden))
		put_masked(out, t, line, n);
	else if (is_field_of(line, n, location))
		put_url(out, t, line, n);
	else
		buf_add(out, line, n);
}

/* Append the lines of a complete head to out, for put_lines. */
static void put_head(struct buf *out, struct trace *t, char mark,
	const struct buf *head)
{
	struct buf lines;
	size_t i = 0;

	buf_init(&lines, 2 * HEAD_MAX);
	while (i < head->len) {
		const char *line = head->p + i;
		size_t n = strcspn(line, "\r\n");

		if (n)
			put_head_line(&lines, t, line, n, mark == '>');
		if (i + n < head->len && line[n] == '\n')
			buf_char(&lines, '\n');
		i += n + 1;
	}
	put_lines(out, t, mark, lines.p, lines.len, lines.len);
	buf_release(&lines);
}

void trace_sent(struct trace *t, const char *p, size_t n)
{
	struct buf out, body;

	if (!t)
		return;
	buf_add(&t->sent, p, n);
	if (t->sent.len < 4 ||
		memcmp(t->sent.p + t->sent.len - 4, "\r\n\r\n", 4) != 0)
		return;
	buf_init(&out, 4 * HEAD_MAX);
	put_head(&out, t, '>', &t->sent);
	if (t->body && strncmp(t->sent.p, "CONNECT ", 8) != 0) {
		buf_init(&body, strlen(t->body));
		buf_str(&body, t->body);
		put_body(&out, t, '>', &body, body.len);
		buf_release(&body);
	}
	print_lines(&out);
	buf_clear(&t->sent);
}

void trace_field(struct trace *t, const char *p, size_t n)
{
	struct buf out;

	if (!t)
		return;
	buf_add(&t->fields, p, n);
	if (n > 2 || (n && p[n - 1] != '\n'))
		return;
	buf_init(&out, 4 * HEAD_MAX);
	put_head(&out, t, '<', &t->fields);
	print_lines(&out);
	buf_clear(&t->fields);
}

void trace_body(struct trace *t, const char *p, size_t n)
{
	size_t room;

	if (!t)
		return;
	room = t->received.max - t->received.len;
	buf_add(&t->received, p, n < room ? n : room);
	t->received_n += n;
}

void trace_end(struct trace *t)
{
	struct buf out;

	if (!t)
		return;
	buf_init(&out, 4 * HEAD_MAX);
	if (t->fields.len)
		put_head(&out, t, '<', &t->fields);
	if (t->confidential && t->received_n)
		buf_fmt(&out, "%s< (%zu bytes, not shown)\n", t->label,
			t->received_n);
	else
		put_body(&out, t, '<', &t->received, t->received_n);
	print_lines(&out);
	mask_set_release(&t->own);
	free(t->body);
	buf_release(&t->sent);
	buf_release(&t->fields);
	buf_release(&t->received);
	free(t);
}
