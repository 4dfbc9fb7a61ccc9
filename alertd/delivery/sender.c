#include "delivery/sender.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "sinks/sink.h"

#include <stdlib.h>

/* No event takes more requests. */
#define REQUESTS_MAX 100
/* Later in an attempt no request is begun; see OUTBOX_HOLD_S. */
#define BEGIN_MS 15000
/* Requests at a time to one route. */
#define ROUTE_MAX 8

struct deliver {
	const char *credentials;
	const struct conf *conf;
	struct http_send *http; /* made when there is use for it */
};

struct deliver *deliver_new(const char *credentials, const struct conf *conf)
{
	struct deliver *d = xcalloc(1, sizeof *d);

	d->credentials = credentials;
	d->conf = conf;
	return d;
}

void deliver_free(struct deliver *d)
{
	if (!d)
		return;
	http_send_free(d->http);
	free(d);
}

/* A route, and how many attempts to reach it are under way. */
struct slot {
	const struct conf_route *route;
	int under_way;
	bool up, down;
};

/* One attempt. */
struct sending {
	struct delivery_request *delivery;
	const struct sink *sink;
	struct slot *slot;
	bool begun;
	double since; /* clock_mono_ms */
	struct sink_job job;
	struct secret *secret;
	struct sink_event event; /* the job's; where it has none, not set */
	struct message message;
	struct http_request request;
	struct http_answer answer;
};

/* The result of what fails until somebody has mended it. */
static struct delivered to_mend(const char *why)
{
	struct delivered r = {.down = true, .mend = true};

	snprintf(r.why, sizeof r.why, "%s", why);
	return r;
}

/* The id is for the next event; this delivery goes on as it began. */
static void remember(struct delivered *result, const struct delivered *one)
{
	if (*one->handle)
		snprintf(result->handle, sizeof result->handle, "%s",
			one->handle);
}

/*
 * Adds the result of one request. Whether to send the next one: also after one
 * that is refused, for each may be for another person.
 */
static bool note_result(struct delivered *result, const struct delivered *one)
{
	remember(result, one);
	if (!one->ok) {
		result->ok = false;
		result->down = one->down;
		result->mend = one->mend;
		result->refused = one->refused;
		result->retry_after_s = one->retry_after_s;
		snprintf(result->why, sizeof result->why, "%s", one->why);
	}
	if (!one->ok && !one->refused)
		return false;
	result->done++;
	return true;
}

/* Whether there is time for one more request in this attempt. */
static bool in_time(const struct sending *s)
{
	struct delivered *result = &s->delivery->result;

	if (clock_mono_ms() - s->since < BEGIN_MS)
		return result->done < REQUESTS_MAX;
	result->ok = false;
	result->down = true;
	snprintf(result->why, sizeof result->why,
		"too slow to take it all at once");
	return false;
}

/* Judges the answer to the last request. Whether to send the next one. */
static bool take_answer(struct sending *s)
{
	struct delivered *result = &s->delivery->result, one;
	const struct http_answer *a = &s->answer;

	if (a->status) {
		one = sink_judge(a);
		s->sink->judge(&s->job, result->done, a, &one);
	} else if (a->untried) {
		one = to_mend(a->why);
	} else {
		one = (struct delivered) {.down = true};
		snprintf(one.why, sizeof one.why, "%s", a->why);
	}
	http_answer_release(&s->answer);
	http_request_release(&s->request);
	return note_result(result, &one);
}

/* Makes the next request, if there is one, and time for it. */
static bool make(struct sending *s)
{
	http_request_init(&s->request);
	if (s->sink->build(&s->job, s->delivery->result.done, &s->request) &&
		in_time(s))
		return true;
	http_request_release(&s->request);
	return false;
}

/* Sends the next request. Whether one is under way. */
static bool go_on(struct deliver *d, struct sending *s)
{
	while (make(s)) {
		if (http_begin(d->http, &s->request, &s->answer, s))
			return true;
		if (!take_answer(s))
			return false;
	}
	return false;
}

/* Sends what is no HTTP, and blocks. */
static void send_here(struct sending *s)
{
	struct delivered *result = &s->delivery->result, one = {0};

	if (s->sink->send)
		*result = s->sink->send(&s->job);
	else
		while (in_time(s) &&
			s->sink->send_nth(&s->job, result->done, &one) &&
			note_result(result, &one))
			;
}

/*
 * Opens the secret of a route, if it names one, and checks it. False: `why`
 * says what is missing.
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

/* Reads the event for sinks that do not send the record as it is. */
static bool read_event(const struct deliver *d, struct sending *s)
{
	char why[JSON_WHY];
	struct delivered *r = &s->delivery->result;

	if (s->sink->raw)
		return true;
	if (!sink_event_read(s->job.body, &s->event, why)) {
		*r = (struct delivered) {.refused = true};
		snprintf(r->why, sizeof r->why, "it cannot be read: %s", why);
		return false;
	}
	message_make(&s->event,
		&(struct message_view) {d->conf, s->job.route, s->job.now},
		&s->message);
	s->job.event = &s->event;
	s->job.message = &s->message;
	return true;
}

static void end_sending(struct sending *s)
{
	const struct delivered *r = &s->delivery->result;

	if (s->job.event) {
		message_release(&s->message);
		sink_event_release(&s->event);
	}
	secret_close(s->secret);
	s->slot->under_way--;
	s->slot->up = !r->down;
	s->slot->down = s->slot->down || r->down;
}

/* Begins an attempt. Whether a request of it is under way. */
static bool begin_sending(struct deliver *d, struct sending *s)
{
	struct delivery_request *p = s->delivery;
	char why[DELIVER_WHY];

	s->begun = true;
	s->since = clock_mono_ms();
	p->result = (struct delivered) {.ok = true, .done = p->done};
	p->result.skipped =
		s->slot->down || (p->before > 0 && s->since > p->before);
	if (p->result.skipped)
		return false;
	s->slot->under_way++;
	s->job = (struct sink_job) {
		.route = p->route,
		.body = p->body,
		.handle = p->handle,
		.now = clock_wall(),
	};
	if (!unlock(d->credentials, &s->job, &s->secret, why))
		p->result = to_mend(why);
	else if (read_event(d, s)) {
		if (!s->sink->build)
			send_here(s);
		else if (go_on(d, s))
			return true;
	}
	end_sending(s);
	return false;
}

/* Begins all that may begin now. How many are under way. */
static size_t begin_some(struct deliver *d, struct sending *v, size_t n,
	size_t under_way)
{
	for (size_t i = 0; i < n && under_way < HTTP_SEND_MAX; i++) {
		const struct slot *l = v[i].slot;
		bool may = l->down || l->under_way < (l->up ? ROUTE_MAX : 1);

		if (!v[i].begun && v[i].sink->build && may)
			under_way += begin_sending(d, &v[i]);
	}
	return under_way;
}

static struct slot *slot_of(struct slot *v, const struct delivery_request *p)
{
	while (v->route && v->route != p->route)
		v++;
	v->route = p->route;
	v->up = v->up || p->trusted;
	return v;
}

void deliver_all(struct deliver *d, struct delivery_request *requests, size_t n)
{
	struct sending *v = xcalloc(n, sizeof *v);
	struct slot *slots = xcalloc(n + 1, sizeof *slots);
	size_t under_way = 0;

	for (size_t i = 0; i < n; i++) {
		v[i].delivery = &requests[i];
		v[i].sink = sink_of(requests[i].route->type);
		v[i].slot = slot_of(slots, &requests[i]);
		if (v[i].sink->build && !d->http)
			d->http = http_send_new();
	}
	while ((under_way = begin_some(d, v, n, under_way))) {
		struct sending *s = http_end(d->http);

		if (take_answer(s) && go_on(d, s))
			continue;
		end_sending(s);
		under_way--;
	}
	/* Now that no answer is awaited, sinks may block. */
	for (size_t i = 0, tried = 0; i < n; i++) {
		struct delivered *r = &requests[i].result;

		if (v[i].begun)
			continue;
		if (tried)
			*r = (struct delivered) {.postponed = true};
		else
			begin_sending(d, &v[i]);
		tried += !r->skipped;
	}
	free(slots);
	free(v);
}

struct delivered deliver_send(struct deliver *d, struct delivery_request *p)
{
	deliver_all(d, p, 1);
	return p->result;
}
