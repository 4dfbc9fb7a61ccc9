/*
 * trace.h: shows a request and its response on standard error, for people: "* "
 * before notes on the connection, "> " before what was sent, "< " before what
 * came. Secrets are masked: all those of redaction/mask.h, and whatever may be
 * one in a header field or a query.
 *
 * A message is written at once when it is whole, so that messages of several
 * probes do not mix and a secret that came in pieces is found. Of a body only
 * the beginning is shown.
 */
#ifndef HTTP_TRACE_H
#define HTTP_TRACE_H

#include <stddef.h>

struct http_request;
struct http_response;
struct trace;

/* trace_new(rq, labels): begin the trace of a request; labels: begin each line
   with rq->label, or with its URL. */
struct trace *trace_new(const struct http_request *rq, int labels);

/* trace_note(t, fmt, ...): write a note. For this and all functions below t may
   be NULL: no trace. */
void trace_note(struct trace *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* trace_connected(t, r, names): the connection stands; names: those of the
   server's certificate. */
void trace_connected(struct trace *t, const struct http_response *r,
	const char *names);

/* trace_sent(t, p, n): n bytes of the head of the request were sent; after the
   last of them its body is shown. */
void trace_sent(struct trace *t, const char *p, size_t n);

/* trace_field(t, p, n): a line of the head of the response came. */
void trace_field(struct trace *t, const char *p, size_t n);

/* trace_body(t, p, n): n decoded bytes of the body of the response came. */
void trace_body(struct trace *t, const char *p, size_t n);

/* trace_end(t): show the body of the response, and free t. */
void trace_end(struct trace *t);

#endif
