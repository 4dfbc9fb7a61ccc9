/*
 * trace.h: the exchange of a request on standard error, for people: "* " before
 * what is known of the connection, "> " before what was sent, "< " before what
 * came, and secrets masked: those of redaction/mask.h, whichever server tells
 * them, and what a field or a query holds that may be one.
 *
 * A message is kept until it is whole and written at once, so that those of
 * many probes do not mix, and a secret in pieces is seen. Of a body only the
 * beginning is shown.
 */
#ifndef HTTP_TRACE_H
#define HTTP_TRACE_H

#include <stddef.h>

struct http_request;
struct http_response;
struct trace;

/* trace_new(rq, labels): of one request; labels: each line says which it is. */
struct trace *trace_new(const struct http_request *rq, int labels);

/* trace_note(t, fmt, ...): a line of its own. All take NULL for no trace. */
void trace_note(struct trace *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* trace_connected(t, r, names): the request can be sent; whom TLS names. */
void trace_connected(struct trace *t, const struct http_response *r,
	const char *names);

/* trace_sent(t, p, n): bytes of the head of a request; its body follows it. */
void trace_sent(struct trace *t, const char *p, size_t n);

/* trace_field(t, p, n): a line of the head of a response. */
void trace_field(struct trace *t, const char *p, size_t n);

/* trace_body(t, p, n): bytes of the body of a response, decoded. */
void trace_body(struct trace *t, const char *p, size_t n);

/* trace_end(t): nothing follows; shows the body, and frees. */
void trace_end(struct trace *t);

#endif
