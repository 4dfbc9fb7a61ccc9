/*
 * report_survey.h: looks at all public servers of a fleet for a report.
 */
#ifndef COMMANDS_REPORT_SURVEY_H
#define COMMANDS_REPORT_SURVEY_H

#include "base/strings.h"
#include "figures/leaderboard.h"
#include "rule/wall.h"

struct fleet;
struct report_count;
struct store;

struct survey {
	double now;
	struct month_span span;
	struct standing *v; /* n public servers */
	size_t n;
	struct strings cities; /* of the regions that report on them, sorted */
	size_t buckets[BUCKETS], walls[WALLS];
	struct report_count *protocols; /* names are shared with no one */
	size_t n_protocols;
	struct strings names; /* owns those of the protocols */
};

/*
 * survey_read(s, store, fleet): fill *s, which has now and span and else zeros.
 * 0; or -1: the store failed, and the operator has been told. survey_release in
 * both cases. A server is public if readers may know of it without a token:
 * what the store holds for them says so.
 */
int survey_read(
	struct survey *s, struct store *store, const struct fleet *fleet);
void survey_release(struct survey *s);

#endif
