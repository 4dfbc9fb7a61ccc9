/*
 * replay_report.h: what a replay would have told: how many events, of which
 * servers, and how another policy changes that. Pure.
 */
#ifndef COMMANDS_REPLAY_REPORT_H
#define COMMANDS_REPLAY_REPORT_H

#include "conf/conf.h"
#include "incident/event.h"

/* Room for more kinds of events than there are. */
#define REPLAY_REPORT_KINDS 32
#define REPLAY_REPORT_PHASES (ALERT_ONCE + 1)

/* An incident, as it was told. */
struct replay_report_incident {
	enum alert_kind kind;
	enum severity severity; /* the worst */
	int64_t first;		/* window of the first counted failure */
	int64_t told;		/* when it was told of first */
	int64_t resolved;	/* INT64_MAX where it was not */
};

struct replay_report_server {
	char *slug;
	unsigned long events, pages;
	struct replay_report_incident *incidents; /* as they began */
	size_t n, cap;
};

/* All zero: nothing was told. */
struct replay_report {
	/* By severity; [0] of all. */
	unsigned long events[REPLAY_REPORT_KINDS][REPLAY_REPORT_PHASES]
			    [SEVERITY_P3 + 1];
	unsigned long severities[SEVERITY_P3 + 1];
	unsigned long pages;
	struct replay_report_server *servers; /* by slug */
	size_t n, cap;
};

/* What was replayed. */
struct replay_report_span {
	int64_t from, to; /* the first and the last minute */
	unsigned long verdicts;
	size_t servers;
};

/*
 * replay_report_pages(r, routes, c): whether an event wakes somebody: it is P1,
 * no end of an incident, and, where there is a configuration, goes to a pager
 * or a phone, or to any route if there are only chats.
 */
bool replay_report_pages(const struct alert_record *r,
	const struct strings *routes, const struct conf *c);

/*
 * replay_report_add(l, r, page): an event was told, and whether it is a page.
 */
void replay_report_add(
	struct replay_report *l, const struct alert_record *r, bool page);
void replay_report_release(struct replay_report *l);

/*
 * replay_report_put(b, l, span): append what was told, as text for a person.
 * replay_report_compare(b, before, after, span, policy): the same of two
 * policies side by side, and the incidents that differ.
 */
void replay_report_put(struct buf *b, const struct replay_report *l,
	const struct replay_report_span *span);
void replay_report_compare(struct buf *b, const struct replay_report *before,
	const struct replay_report *after,
	const struct replay_report_span *span, const char *policy);

/* replay_report_server(l, slug): that server, or NULL where nothing was told of
 * it. */
const struct replay_report_server *replay_report_server(
	const struct replay_report *l, const char *slug);

/*
 * replay_report_put_span(b, span): append the line that both begin with.
 * replay_report_month(pages, span): so many in 30 days, at the same rate.
 */
void replay_report_put_span(
	struct buf *b, const struct replay_report_span *span);
unsigned long replay_report_month(
	unsigned long pages, const struct replay_report_span *span);

#endif
