/*
 * ledger.h: what a replay has told: how much of it, of which servers, and how
 * the same recording differs under another policy. Pure.
 */
#ifndef COMMANDS_LEDGER_H
#define COMMANDS_LEDGER_H

#include "conf/conf.h"
#include "incident/event.h"

/* Room for more kinds of events than there are. */
#define LEDGER_KINDS 32
#define LEDGER_PHASES (ALERT_ONCE + 1)

/* An incident, as it was told. */
struct ledger_incident {
	enum alert_kind kind;
	enum severity severity; /* the worst */
	int64_t first;		/* window of the first counted failure */
	int64_t told;		/* when it was told of first */
	int64_t resolved;	/* INT64_MAX where it was not */
};

struct ledger_server {
	char *slug;
	unsigned long events, pages;
	struct ledger_incident *incidents; /* as they began */
	size_t n, cap;
};

/* All zero: nothing was told. */
struct ledger {
	/* By severity; [0] of all. */
	unsigned long events[LEDGER_KINDS][LEDGER_PHASES][SEVERITY_P3 + 1];
	unsigned long severities[SEVERITY_P3 + 1];
	unsigned long pages;
	struct ledger_server *servers; /* by slug */
	size_t n, cap;
};

/* What was replayed. */
struct ledger_span {
	int64_t from, to; /* the first and the last minute */
	unsigned long verdicts;
	size_t servers;
};

/*
 * ledger_pages(r, routes, c): whether an event wakes somebody: it is P1, no
 * end of an incident, and, where there is a configuration, goes to a route
 * that is neither a channel nor a digest.
 */
bool ledger_pages(const struct alert_record *r, const struct strings *routes,
	const struct conf *c);

/* ledger_add(l, r, page): an event was told, and whether it is a page. */
void ledger_add(struct ledger *l, const struct alert_record *r, bool page);
void ledger_release(struct ledger *l);

/*
 * ledger_put(b, l, span): append what was told, as text for a person.
 * ledger_compare(b, before, after, span, policy): the same of two policies side
 * by side, and the incidents that differ.
 */
void ledger_put(struct buf *b, const struct ledger *l,
	const struct ledger_span *span);
void ledger_compare(struct buf *b, const struct ledger *before,
	const struct ledger *after, const struct ledger_span *span,
	const char *policy);

/* ledger_server(l, slug): that server, or NULL where nothing was told of it. */
const struct ledger_server *ledger_server(const struct ledger *l,
	const char *slug);

/*
 * ledger_put_span(b, span): append the line that both begin with.
 * ledger_month(pages, span): so many in 30 days, at the same rate.
 */
void ledger_put_span(struct buf *b, const struct ledger_span *span);
unsigned long ledger_month(unsigned long pages, const struct ledger_span *span);

#endif
