/* SPDX-License-Identifier: MIT */
#include "delivery/delivery.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "sinks/sink.h"
#include "transport/transport.h"

#include <stdlib.h>
#include <string.h>

/* No event takes more requests. */
#define REQUESTS_MAX 100
/* How many requests have a bit in struct delivered: a route has 20
   recipients. */
#define OWED_MAX 32
/* Later in an attempt no request is begun; see OUTBOX_HOLD_S. */
#define BEGIN_MS 15000

struct deliver {
	const char *credentials;
	const struct conf *conf;
	struct transfers *transfers;
};

struct deliver *deliver_new(const char *credentials, const struct conf *conf)
{
	struct deliver *d = xcalloc(1, sizeof *d);

	d->credentials = credentials;
	d->conf = conf;
	d->transfers = transfers_new();
	return d;
}

void deliver_free(struct deliver *d)
{
	if (!d)
		return;
	transfers_free(d->transfers);
	free(d);
}

struct transfers *deliver_transfers(const struct deliver *d)
{
	return d->transfers;
}

/* One attempt. */
struct sending {
	struct deliver *deliver;
	struct delivery_request *delivery;
	const struct sink *sink;
	double since; /* clock_mono_ms */
	struct sink_job job;
	struct secret *secret;
	struct sink_event event; /* the job's; where it has none, not set */
	struct message message;
	/* The request or mail that is under way, and its result. */
	struct http_request request;
	struct http_answer answer;
	struct smtp_job mail;
	struct delivered one;
	int n;	       /* the request that is under way */
	int next_owed; /* the first that may be repeated yet */
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

/* Whether there is a bit for request n. */
static bool owes(unsigned long owed, int n)
{
	return n < OWED_MAX && owed >> n & 1;
}

/*
 * Adds the result of request n. Whether to send the next one: also after one
 * that is refused, for each may be for another person.
 */
static bool note_result(struct delivered *result, const struct delivered *one,
	int n)
{
	bool own = one->own && n < OWED_MAX;

	remember(result, one);
	if (!one->ok) {
		result->ok = false;
		result->down = one->down;
		result->mend = one->mend;
		result->refused = one->refused || (one->own && !own);
		result->retry_after_s = one->retry_after_s;
		snprintf(result->why, sizeof result->why, "%s", one->why);
		snprintf(result->said, sizeof result->said, "%s", one->said);
	}
	if (!one->ok && !one->refused && !one->own)
		return false;
	if (n < OWED_MAX)
		result->owed &= ~(1UL << n);
	if (own)
		result->owed |= 1UL << n;
	if (n == result->done)
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

/* Judges the answer to the last request. */
static void judge_answer(struct sending *s)
{
	const struct http_answer *a = &s->answer;

	if (a->status) {
		char said[DELIVER_SAID];

		s->one = sink_judge(a);
		memcpy(said, s->one.said, sizeof said);
		s->sink->judge(&s->job, s->n, a, &s->one);
		/* A vendor's own outage is nothing that we have to correct. */
		if (s->one.ok || !(s->one.mend || s->one.refused ||
					 a->status / 100 == 4))
			*said = '\0';
		memcpy(s->one.said, said, sizeof said);
	} else if (a->untried) {
		s->one = to_mend(a->why);
	} else {
		s->one = (struct delivered) {.down = true};
		snprintf(s->one.why, sizeof s->one.why, "%s", a->why);
	}
	http_answer_release(&s->answer);
	http_request_release(&s->request);
}

/* Takes the result of what has ended. Whether to send the next one. */
static bool take_result(struct sending *s)
{
	if (s->sink->build)
		judge_answer(s);
	buf_release(&s->mail.message);
	secret_mask(s->secret, s->one.said);
	return note_result(&s->delivery->result, &s->one, s->n);
}

/* Makes request or mail n. False: there is none. */
static bool make_one(struct sending *s, int n)
{
	s->n = n;
	if (s->sink->build) {
		http_request_init(&s->request);
		if (s->sink->build(&s->job, n, &s->request))
			return true;
		http_request_release(&s->request);
		return false;
	}
	s->mail = (struct smtp_job) {.url = NULL};
	return s->sink->mail ? s->sink->mail(&s->job, n, &s->mail) : n == 0;
}

/* Makes the next one: first those that were never sent, then the owed ones. */
static bool make(struct sending *s)
{
	struct delivered *result = &s->delivery->result;

	if (!s->next_owed && make_one(s, result->done))
		return true;
	for (int n = s->next_owed; n < OWED_MAX; n++) {
		s->next_owed = n + 1;
		if (!owes(s->delivery->owed, n))
			continue;
		if (make_one(s, n))
			return true;
		/* It is in the list no more. */
		result->owed &= ~(1UL << n);
	}
	return false;
}

static void on_ended(void *arg);

/* Begins what was made. Whether it is under way; else it has ended. */
static bool begin_one(struct sending *s)
{
	struct transfers *t = s->deliver->transfers;

	if (s->sink->build)
		return http_begin(t, &s->request, &s->answer, on_ended, s);
	if (s->sink->mail)
		return smtp_begin(t, &s->mail, &s->one, on_ended, s);
	return exec_begin(t, s->job.route->command, s->job.body, &s->one,
		on_ended, s);
}

static void end_sending(struct sending *s)
{
	struct delivery_request *p = s->delivery;

	/* Whatever became of the others. */
	if (p->result.owed) {
		p->result.ok = p->result.refused = false;
		p->result.mend = true;
	}

	if (s->job.event) {
		message_release(&s->message);
		sink_event_release(&s->event);
	}
	secret_close(s->secret);
	free(s);
	p->ended(p->arg);
}

/* Sends what is left of the event, until something is under way. */
static void go_on(struct sending *s)
{
	while (make(s)) {
		if (!in_time(s)) {
			http_request_release(&s->request);
			buf_release(&s->mail.message);
			break;
		}
		if (begin_one(s))
			return;
		if (!take_result(s))
			break;
	}
	end_sending(s);
}

static void on_ended(void *arg)
{
	struct sending *s = arg;

	if (take_result(s))
		go_on(s);
	else
		end_sending(s);
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

const char *deliver_odd(const char *credentials, const struct conf_route *r)
{
	struct sink_job job = {.route = r};
	struct secret *secret;
	char why[DELIVER_WHY];
	const char *odd = NULL;

	if (unlock(credentials, &job, &secret, why) && sink_of(r->type)->odd)
		odd = sink_of(r->type)->odd(&job);
	secret_close(secret);
	return odd;
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

void deliver_begin(struct deliver *d, struct delivery_request *p)
{
	struct sending *s = xcalloc(1, sizeof *s);
	char why[DELIVER_WHY];

	p->result = (struct delivered) {
		.ok = true, .done = p->done, .owed = p->owed};
	s->deliver = d;
	s->delivery = p;
	s->sink = sink_of(p->route->type);
	s->since = clock_mono_ms();
	s->job = (struct sink_job) {
		.route = p->route,
		.body = p->body,
		.handle = p->handle,
		.site = d->conf ? d->conf->site_url : NULL,
		.now = clock_wall(),
	};
	if (!unlock(d->credentials, &s->job, &s->secret, why))
		p->result = to_mend(why);
	else if (read_event(d, s)) {
		go_on(s);
		return;
	}
	end_sending(s);
}
