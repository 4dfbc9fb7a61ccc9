/*
 * explain.h: why a server paged, or why it did not: which incidents are open
 * and by which rule, what waits, and what comes next. Pure.
 */
#ifndef COMMANDS_EXPLAIN_H
#define COMMANDS_EXPLAIN_H

#include "conf/conf.h"
#include "incident/state.h"
#include "records/silence.h"

/* How many entries of the timeline are shown, the last ones. */
#define EXPLAIN_ENTRIES 8
/* The largest explanation, bytes. */
#define EXPLAIN_MAX (2 * STATE_MAX)

/* What time alone will do with an open incident; 0: nothing. */
struct explain_next {
	int64_t promoted_at; /* it becomes P1 */
	int64_t reminded_at;
	int64_t step_at;      /* the next step of its policy */
	struct strings tells; /* the routes that it tells, to be released */
};

/* c may be NULL. */
struct explain_next explain_next(struct alert_state *st, enum alert_kind kind,
	const struct conf *c, double now);

/* Whether a maintenance holds back what happens to the server. */
bool explain_held(const struct alert_state *st, double now);

/* How an incident was confirmed: see incident/confirmation.h. */
enum explain_rule { EXPLAIN_SPACE, EXPLAIN_TIME };

enum explain_rule explain_rule(const struct incident *inc,
	enum alert_kind kind);

/* explain_told(inc, told): add to told the routes that were told of it, without
   those that refuse it; the caller releases them. */
void explain_told(const struct incident *inc, struct strings *told);

/*
 * explain_put(b, st, c, q, now): append the explanation as text for a person,
 * with those of the silences that are on; c may be NULL. explain_json(b, st, c,
 * q, now): as a line of JSON, as mcp-alert(1) describes it.
 */
void explain_put(struct buf *b, struct alert_state *st, const struct conf *c,
	const struct silences *q, double now);
void explain_json(struct buf *b, struct alert_state *st, const struct conf *c,
	const struct silences *q, double now);

/*
 * explain_rows(st, p, put, arg): call put(arg, name, t, throttled, needed) for
 * each row of windows, of the region `name`, or NULL for those on which regions
 * agree, that is too short for an incident.
 */
void explain_rows(const struct alert_state *st, const struct conf_policy *p,
	void (*put)(void *arg, const char *name, const struct streak *t,
		bool throttled, int needed),
	void *arg);

#endif
