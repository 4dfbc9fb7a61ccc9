/*
 * explain.h: why a server paged, or why not, from what is known of it: what is
 * open and by which rule, what it waits for, and what comes next. Pure.
 */
#ifndef COMMANDS_EXPLAIN_H
#define COMMANDS_EXPLAIN_H

#include "conf/conf.h"
#include "incident/state.h"

/* So many of the last entries of the timeline are shown. */
#define EXPLAIN_ENTRIES 8
/* The most that an explanation takes. */
#define EXPLAIN_MAX (2 * STATE_MAX)

/* What time alone will bring about of an open incident; 0: nothing. */
struct explain_next {
	int64_t promoted_at; /* it becomes P1 */
	int64_t reminded_at;
};

struct explain_next explain_next(const struct alert_state *st,
	enum alert_kind kind, const struct conf_policy *p, double now);

/* How an incident was confirmed: mcp-incidents(7), CONFIRMATION. */
enum explain_rule { EXPLAIN_SPACE, EXPLAIN_TIME };

enum explain_rule explain_rule(const struct incident *inc,
	enum alert_kind kind);

/*
 * explain_put(b, st, p, now): append the explanation as text for a person.
 * explain_json(b, st, p, now): as a line of JSON, as mcp-alert(1) describes it.
 */
void explain_put(struct buf *b, const struct alert_state *st,
	const struct conf_policy *p, double now);
void explain_json(struct buf *b, const struct alert_state *st,
	const struct conf_policy *p, double now);

/*
 * explain_rows(st, p, put, arg): each row of windows that is no incident yet,
 * because it is too short: put(arg, name, t, throttled, needed).
 */
void explain_rows(const struct alert_state *st, const struct conf_policy *p,
	void (*put)(void *arg, const char *name, const struct streak *t,
		bool throttled, int needed),
	void *arg);

#endif
