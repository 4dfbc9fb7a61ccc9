#include "deliver.h"

#include "clock.h"
#include "sink.h"
#include "xalloc.h"

#include <stdlib.h>

/* No event takes more requests. */
#define REQUESTS_MAX 100
/* None is begun later in an attempt; see OUTBOX_HOLD_S. */
#define BEGIN_MS 15000

struct deliver {
	const char *credentials;
	struct http_send *http; /* made when there is use for it */
};

struct deliver *deliver_new(const char *credentials)
{
	struct deliver *d = xcalloc(1, sizeof *d);

	d->credentials = credentials;
	return d;
}

void deliver_free(struct deliver *d)
{
	if (!d)
		return;
	http_send_free(d->http);
	free(d);
}

/* Nothing gets there before somebody has mended that. */
static struct delivered to_mend(const char *why)
{
	struct delivered r = {.down = true, .mend = true};

	snprintf(r.why, sizeof r.why, "%s", why);
	return r;
}

/* One request; false where there is none of that number. */
static bool exchange(struct deliver *d, const struct sink *sink,
	const struct sink_job *job, int n, struct delivered *out)
{
	struct http_request r;
	struct http_answer a;
	bool some;

	http_request_init(&r);
	some = sink->build(job, n, &r);
	if (some) {
		bool tried = http_send(d->http, &r, &a);

		if (a.status) {
			*out = sink_judge(&a);
			sink->judge(job, n, &a, out);
		} else if (tried) {
			*out = (struct delivered) {.down = true};
			snprintf(out->why, sizeof out->why, "%s", a.why);
		} else {
			*out = to_mend(a.why);
		}
		http_answer_release(&a);
	}
	http_request_release(&r);
	return some;
}

/* For the next event: this one goes on as it began. */
static void remember(struct delivered *result, const struct delivered *one)
{
	if (*one->handle)
		snprintf(result->handle, sizeof result->handle, "%s",
			one->handle);
}

/* A slow route gets the rest another time. */
static bool late(double began, struct delivered *result)
{
	if (clock_mono_ms() - began < BEGIN_MS)
		return false;
	result->ok = false;
	result->down = true;
	snprintf(result->why, sizeof result->why,
		"too slow to take it all at once");
	return true;
}

/*
 * All requests of an event, from the first that did not get through. One that
 * is refused keeps no other from going: each may be for another person.
 */
static struct delivered send_all(struct deliver *d, const struct sink *sink,
	struct sink_job *job, int done)
{
	struct delivered result = {.ok = true, .done = done}, one = {0};
	double began = clock_mono_ms();

	for (; result.done < REQUESTS_MAX && !late(began, &result) &&
		exchange(d, sink, job, result.done, &one);
		result.done++) {
		remember(&result, &one);
		if (one.ok)
			continue;
		result.ok = false;
		result.down = one.down;
		result.mend = one.mend;
		result.refused = one.refused;
		result.retry_after_s = one.retry_after_s;
		snprintf(result.why, sizeof result.why, "%s", one.why);
		if (!one.refused)
			break;
	}
	return result;
}

/*
 * Opens what a route needs; what is missing of it is then said in `why`. The
 * job's secret stays NULL where the route names none.
 */
static bool unlock(const char *credentials, struct sink_job *job,
	struct secret **secret, char *why)
{
	const struct sink *sink = sink_of(job->route->type);
	const char *wrong;
	char reason[SECRET_WHY];

	*secret = NULL;
	if (job->route->secret) {
		*secret = secret_open(credentials, job->route->secret, reason);
		if (!*secret)
			goto fail;
	}
	for (size_t i = 0; *secret && sink->needs && sink->needs[i]; i++)
		if (!secret_get(*secret, sink->needs[i], reason))
			goto fail;
	job->secret = *secret;
	wrong = sink->wrong ? sink->wrong(job) : NULL;
	if (wrong)
		snprintf(why, DELIVER_WHY, "%s", wrong);
	return !wrong;
fail:
	snprintf(why, DELIVER_WHY, "its secret: %s", reason);
	return false;
}

bool deliver_ready(const char *credentials, const struct conf_route *r,
	char *why)
{
	struct sink_job job = {.route = r};
	struct secret *secret;
	bool ok = unlock(credentials, &job, &secret, why);

	secret_close(secret);
	return ok;
}

static struct delivered attempt(struct deliver *d, const struct sink *sink,
	struct sink_job *job, int done)
{
	if (sink->send)
		return sink->send(job);
	if (!d->http)
		d->http = http_send_new();
	return send_all(d, sink, job, done);
}

static struct delivered open_up(struct deliver *d, const struct sink *sink,
	struct sink_job *job, int done)
{
	struct delivered r = {.refused = true};
	struct sink_event event;
	struct message message;
	char why[JSON_WHY];

	if (sink->raw)
		return attempt(d, sink, job, done);
	if (!sink_event_read(job->body, &event, why)) {
		snprintf(r.why, sizeof r.why, "it cannot be read: %s", why);
		return r;
	}
	message_make(&event, &message);
	job->event = &event;
	job->message = &message;
	r = attempt(d, sink, job, done);
	message_release(&message);
	sink_event_release(&event);
	return r;
}

struct delivered deliver_send(struct deliver *d, const struct parcel *p)
{
	const struct sink *sink = sink_of(p->route->type);
	struct sink_job job = {
		.route = p->route,
		.body = p->body,
		.handle = p->handle,
		.now = clock_wall(),
	};
	struct delivered r;
	struct secret *secret;
	char why[DELIVER_WHY];

	if (unlock(d->credentials, &job, &secret, why))
		r = open_up(d, sink, &job, p->done);
	else
		r = to_mend(why);
	secret_close(secret);
	return r;
}
