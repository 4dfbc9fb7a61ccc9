/*
 * webhook.c: the event as it is, as a POST; signed where the route has a
 * secret.
 */
#include "sinks/sink.h"

#include "transport/signature.h"

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
