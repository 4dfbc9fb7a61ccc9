/* SPDX-License-Identifier: MIT */
#include "steps/step_results.h"

#include <math.h>

void steps_init(struct steps *s, const struct probe_key *key,
	const struct steps_sink *sink, double now_ms)
{
	*s = (struct steps) {.key = *key,
		.sink = *sink,
		.next = STEP_DNS,
		.first = STEP_DNS,
		.last = STEP_TOOL_HASH,
		.started_ms = now_ms,
		.since_ms = now_ms};
}

bool steps_over(const struct steps *s)
{
	return (int)s->next > (int)s->last;
}

/* Report a step; one outside of first to last only where it fails. */
static void end_step(struct steps *s, struct step_record *r)
{
	r->key = s->key;
	r->step = s->next;
	if ((r->step >= s->first && r->step <= s->last) ||
		r->status == STATUS_FAIL ||
		(s->is_piece && (s->failed || r->step > s->last)))
		s->sink.step(s->sink.arg, r);
	s->next = (enum step)((int)s->next + 1);
}

static double took_ms(struct steps *s, double at_ms)
{
	double ms = at_ms - s->since_ms;

	s->since_ms = at_ms;
	return ms > 0 ? ms : 0;
}

void steps_pass(struct steps *s, double at_ms, const char *message,
	const char *detail)
{
	struct step_record r = {.status = STATUS_PASS,
		.ms = took_ms(s, at_ms),
		.message = message,
		.detail = detail};

	end_step(s, &r);
}

void steps_skip(struct steps *s, const char *message)
{
	struct step_record r = {
		.status = STATUS_SKIP, .ms = NAN, .message = message};

	end_step(s, &r);
}

void steps_skip_timed(struct steps *s, double at_ms, const char *message,
	const char *detail)
{
	struct step_record r = {.status = STATUS_SKIP,
		.ms = NAN,
		.message = message,
		.detail = detail};

	s->since_ms = at_ms;
	end_step(s, &r);
}

void steps_fail(struct steps *s, double at_ms, const struct failure *f,
	const char *detail)
{
	struct step_record r = {.status = STATUS_FAIL,
		.ms = took_ms(s, at_ms),
		.error = f->code,
		.message = f->message,
		.detail = detail};

	s->failed = s->next;
	snprintf(s->error, sizeof s->error, "%s", f->code);
	snprintf(s->said, sizeof s->said, "%s", f->said);
	end_step(s, &r);
	steps_skip_rest(s, NULL);
}

void steps_skip_rest(struct steps *s, const char *message)
{
	while (s->next <= STEP_TOOL_HASH)
		steps_skip(s, message);
}

enum region_state steps_state(const struct steps *s)
{
	return s->failed ? STATE_BROKEN
		: s->walled ? STATE_AUTH_WALLED
			    : STATE_HEALTHY;
}
