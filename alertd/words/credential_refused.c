/* SPDX-License-Identifier: MIT */
/*
 * credential_refused.c: the words of an incident while our credential is
 * refused: we cannot check the server, and clients with their own access may be
 * fine.
 */
#include "words/summary.h"

#include "incident/incident.h"

bool refused_is(const struct summary *s)
{
	return s->incident->checks_refused && !s->facts->unwatched;
}

/* " from London", unless it is so everywhere; of silent regions nobody knows.
   At the end without those where it goes on. */
static bool put_where(struct buf *b, const struct incident *inc, bool over)
{
	struct strings heard = {0};
	bool some;

	strings_copy(&heard, &inc->regions);
	for (size_t i = 0; i < inc->silent.n; i++)
		strings_drop(&heard, inc->silent.v[i]);
	for (size_t i = 0; over && i < inc->still.n; i++)
		strings_drop(&heard, inc->still.v[i]);
	some = heard.n && (int)heard.n < inc->expected;
	if (some) {
		buf_str(b, " from ");
		phrase_cities(b, &heard);
	}
	strings_release(&heard);
	return some;
}

static void put_since(struct buf *b, const struct summary *s, bool there,
	bool zone)
{
	buf_fmt(b, ": our credential is refused%s since ",
		there ? " there" : "");
	phrase_time_seen(b, s->incident->first, s->at, s->zone);
	if (zone)
		phrase_zone(b, s->zone);
	buf_str(b, "; it worked until then");
}

void refused_headline(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;
	bool there;

	if (s->phase == ALERT_RESOLVED) {
		buf_str(b, "we can check ");
		phrase_within(b, s->slug);
		put_where(b, inc, true);
		buf_str(b, inc->still.n ? " again, but not from " : " again");
		phrase_cities(b, &inc->still);
		if (inc->silent.n) {
			buf_str(b, ", but have no report from ");
			phrase_few_cities(b, &inc->silent);
		}
		return;
	}
	if (incident_all_silent(s->incident, s->kind)) {
		buf_str(b, "our credential for ");
		phrase_within(b, s->slug);
		buf_str(b, " was refused when last seen from ");
		phrase_few_cities(b, &inc->silent);
		return;
	}
	buf_str(b, s->phase == ALERT_FOUND ? "we could not check "
					   : "we cannot check ");
	phrase_within(b, s->slug);
	there = put_where(b, inc, false);
	if (s->phase == ALERT_FOUND)
		buf_str(b, ": our credential was refused");
	else
		put_since(b, s, there, false);
}

/* " (auth-initialize fails with auth.rejected)" */
static void put_code(struct buf *b, const struct incident *inc)
{
	const char *step = step_name(inc->step);

	buf_fmt(b, " (%s fails%s%s)", step ? step : "a step",
		inc->error ? " with " : "", inc->error ? inc->error : "");
}

void refused_cause(struct buf *b, const struct summary *s)
{
	bool there;

	buf_str(b, "We cannot check ");
	phrase_within(b, s->slug);
	there = put_where(b, s->incident, false);
	put_since(b, s, there, true);
	put_code(b, s->incident);
	buf_str(b, "; clients with their own access may be fine");
}

void refused_end(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	buf_str(b, "We can check ");
	phrase_within(b, s->slug);
	put_where(b, inc, true);
	buf_str(b, inc->still.n ? " again, but not from " : " again");
	phrase_cities(b, &inc->still);
	buf_str(b, inc->still.n ? "," : ": our credential is accepted,");
	phrase_span(b, inc->first, incident_end(inc), s->zone);
	buf_str(b, " Nobody knows how the server was meanwhile");
}

void refused_found(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	buf_str(b, "We could not check ");
	phrase_within(b, s->slug);
	put_where(b, inc, false);
	phrase_found(b, inc->first, incident_end(inc), s->at, s->zone);
	buf_str(b, "our credential was refused");
	put_code(b, inc);
}
