/* SPDX-License-Identifier: MIT */
/*
 * sink.c: the sink of each type of route; those two that are no vendor's: a
 * program of the operator with the event on its standard input (see
 * transport/exec.c), and the event as it is, as a POST, signed where the route
 * has a secret; and what an answer over HTTP means.
 */
#include "sinks/sink.h"

#include "transport/signature.h"
#include "transport/transport.h"

#define ROW(TYPE, type, ...) &sink_##type,
static const struct sink *const sinks[] = {CONF_ROUTE_TYPES(ROW)};

const struct sink *sink_of(enum conf_route_type type)
{
	return sinks[type];
}

struct delivered sink_judge(const struct http_answer *a)
{
	static const int mend[] = {
		401, 402, 403, 404, 405, 407, 410, 421, 426, 451};
	int s = a->status;
	struct delivered d = {.ok = s >= 200 && s < 300};

	error_text_read(a->body.p, a->body.len, d.said);
	if (d.ok)
		return d;
	d.retry_after_s = a->retry_after_s;
	d.mend = s / 100 == 3;
	for (size_t i = 0; i < sizeof mend / sizeof *mend; i++)
		d.mend = d.mend || s == mend[i];
	d.down = d.mend || s == 408 || s == 429 || s >= 500;
	d.refused = !d.down;
	snprintf(d.why, sizeof d.why, "HTTP %d%s", s,
		s / 100 == 3 ? ", and redirects are not followed" : "");
	return d;
}

const struct sink sink_command = {.raw = true};

static bool build(const struct sink_job *job, int n, struct http_request *r)
{
	char field[SIGN_SIZE];

	if (n > 0)
		return false;
	buf_str(&r->url, job->route->url);
	buf_str(&r->body, job->body);
	if (!job->secret)
		return true;
	/* Without its signature an event would look forged: do not send it. */
	if (sign_field(secret_get(job->secret, "token", NULL),
		    (int64_t)job->now, job->body, field))
		buf_str(&r->field, field);
	else
		r->field.bad = true;
	return true;
}

/* Nothing is refused for good: the receiver may be mended within the day. */
static void judge(const struct sink_job *job, int n,
	const struct http_answer *a, struct delivered *d)
{
	(void)job;
	(void)n;
	(void)a;
	d->refused = false;
}

static const char *const needs[] = {"token", NULL};

const struct sink sink_webhook = {
	.raw = true, .build = build, .judge = judge, .needs = needs};
