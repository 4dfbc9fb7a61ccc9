/*
 * evaluate.h: what happens to one server is decided on its state, and stored
 * together with what has to be delivered for it, by compare-and-set. Then it is
 * delivered and printed. What may be a trouble that servers share is kept back,
 * for common_cause.h.
 */
#ifndef ALERTD_EVALUATE_H
#define ALERTD_EVALUATE_H

#include "delivery/worker.h"
#include "notifier.h"
#include "routing/correlation.h"
#include "routing/rate_limit.h"

struct expiry_round;
struct pipeline;
struct route_test_history;
struct route_test_request;

/* What was decided, and is told once it is stored. */
struct telling {
	char *slug;
	char *text;   /* to be printed */
	bool deliver; /* there is something in its outbox */
};

struct tellings {
	struct telling *v;
	size_t n, cap;
};

struct evaluator {
	struct notifier_setup setup;
	struct conf_policy policy;
	struct worker *carry;
	struct rate_limit *budget;
	struct correlation_starts starts; /* kept back */
	struct alert_events ends;    /* of incidents that others told of, too */
	struct tellings tellings;
	/* So many of each are stored. The others are put off, see
	 * state/state_store.h. */
	size_t stored_starts, stored_ends, stored_tellings;
	double store_down_ms; /* until then; 0 while it answers */
	bool alone; /* without the store, where nobody gathers digests */
	bool failed; /* the store or standard output */
	bool left;   /* a delivery, for a later run */
};

/* What is to be decided: one of these, or only that time goes by. */
struct evaluate_input {
	const char *slug;
	const struct verdict *verdict;
	const struct expiry_round *round;
	const struct pipeline *pipeline;
	const char *away; /* why the store could not be used */
	bool back;	  /* it could */
	const struct ack_request *ack;
	size_t *acknowledged; /* incidents */
	const struct route_test_request *test;
	const struct route_test_history *tested; /* not, for too long */
	/* Of a trouble that servers share: what began, who joins, who left. */
	const struct correlation_start *starts;
	size_t n_starts;
	const char *group;
	const struct alert_event *ends;
	size_t n_ends;
	enum alert_kind kind;
};

/* evaluate_init(d, setup): with what the setup points to. */
void evaluate_init(struct evaluator *d, const struct notifier_setup *setup);
void evaluate_release(struct evaluator *d);

/*
 * evaluate_now(d): the time, in whole milliseconds, as a state keeps it: what
 * is due now is due then.
 */
double evaluate_now(const struct evaluator *d);

/*
 * decide(d, o): decide, and then deliver and print, or once it is stored: see
 * state_store_put_off; d->failed where that failed.
 */
void decide(struct evaluator *d, const struct evaluate_input *o);

/*
 * evaluate_settle(d, again): store what was put off, and tell of it. Where
 * somebody else was faster it has to be decided anew; those slugs are appended.
 * False: store failed.
 */
bool evaluate_settle(struct evaluator *d, struct strings *again);

/*
 * evaluate_note(d, slug, text, deliver): what is to be told of a server that is
 * stored. evaluate_tell(d): deliver and print what is.
 */
void evaluate_note(struct evaluator *d, const char *slug, const char *text,
	bool deliver);
void evaluate_tell(struct evaluator *d);

#endif
