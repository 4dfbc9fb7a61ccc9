/* SPDX-License-Identifier: MIT */
/*
 * step_results.h: reports the eight steps of one probe as they end, in their
 * order, each once; and says what they add up to.
 */
#ifndef STEPS_STEP_RESULTS_H
#define STEPS_STEP_RESULTS_H

#include "http/failure.h"
#include "records/probe.h"

struct piece;

struct steps_sink {
	void (*step)(void *arg, const struct step_record *r);
	/* Between the last step and the summary: false where it cannot be sent.
	   NULL: it need not be. */
	bool (*tool)(void *arg, const struct tool_record *r);
	void (*summary)(void *arg, const struct probe_record *r);
	/* In place of the summary, where the next piece is to go on. */
	void (*resume)(void *arg, const struct probe_key *k,
		const struct piece *p);
	void *arg;
};

struct steps {
	struct probe_key key;
	struct steps_sink sink;
	enum step next;	       /* the step that runs; 9: all have ended */
	enum step first, last; /* only these are reported */
	bool is_piece; /* all steps after a failure, or skipped after last, too */
	double started_ms, since_ms; /* monotonic: of the probe, the step */
	enum step failed; /* or STEP_NONE */
	char error[48];
	char said[SERVER_MESSAGE_SIZE]; /* where it failed, see failure.h */
	bool walled; /* the server wants a credential that is not held */
};

/* steps_init(s, key, sink, now_ms): no step has ended. *key and *sink are
   copied; key's strings must outlive s. */
void steps_init(struct steps *s, const struct probe_key *key,
	const struct steps_sink *sink, double now_ms);

/* steps_over(s): whether all steps up to s->last have ended. */
bool steps_over(const struct steps *s);

/*
 * Each ends the step that runs, at monotonic time at_ms. message: for people,
 * or NULL; detail: the text of a JSON object, or NULL. steps_fail and
 * steps_skip_rest also skip all steps that follow.
 */
void steps_pass(struct steps *s, double at_ms, const char *message,
	const char *detail);
void steps_skip(struct steps *s, const char *message);
/* Skip a step that took until at_ms to find that there is nothing to do. */
void steps_skip_timed(struct steps *s, double at_ms, const char *message,
	const char *detail);
void steps_fail(struct steps *s, double at_ms, const struct failure *f,
	const char *detail);
void steps_skip_rest(struct steps *s, const char *message);

/* steps_state(s): what the steps that ended add up to. */
enum region_state steps_state(const struct steps *s);

#endif
