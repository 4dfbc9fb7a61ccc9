/*
 * steps.h: the eight steps of one probe as they end, in their order, each
 * reported once; and what they add up to.
 */
#ifndef STEPS_STEPS_H
#define STEPS_STEPS_H

#include "http/failure.h"
#include "records/probe.h"

struct steps_sink {
	void (*step)(void *arg, const struct step_record *r);
	void (*summary)(void *arg, const struct probe_record *r);
	void *arg;
};

struct steps {
	struct probe_key key;
	struct steps_sink sink;
	enum step next;	       /* the one that runs; beyond 8: all ended */
	enum step first, last; /* only these are reported */
	double started_ms, since_ms; /* monotonic */
	enum step failed;
	char error[48];
	bool walled; /* kept out for want of a credential */
};

/* steps_init(s, key, sink, now_ms): none has ended. What key holds is kept. */
void steps_init(struct steps *s, const struct probe_key *key,
	const struct steps_sink *sink, double now_ms);

/* steps_over(s): whether all that is asked for has ended. */
bool steps_over(const struct steps *s);

/*
 * Each ends the step that runs, at monotonic time at_ms. message is for people,
 * or NULL; detail is the text of a JSON object, or NULL. steps_fail and
 * steps_skip_rest end those behind it too.
 */
void steps_pass(struct steps *s, double at_ms, const char *message,
	const char *detail);
void steps_skip(struct steps *s, const char *message);
/* The same for a step that took its time to find out that it is none. */
void steps_skip_timed(struct steps *s, double at_ms, const char *message,
	const char *detail);
void steps_fail(struct steps *s, double at_ms, const struct failure *f,
	const char *detail);
void steps_skip_rest(struct steps *s, const char *message);

/* steps_state(s): what the steps that ended add up to. */
enum region_state steps_state(const struct steps *s);

#endif
