/*
 * feed.h: the incidents and planned maintenances of a server, or of many, as an
 * Atom feed (RFC 4287). Each is one entry, which changes only when there is news
 * of it. Pure.
 */
#ifndef API_FEED_H
#define API_FEED_H

#include "data/maintenance.h"
#include "http/escape.h"

struct brand;
struct incident_rows;
struct status_page;
struct tool_history;

/* feed_put(b, subject): append the feed of a server. */
void feed_put(struct html *b, const struct status_page *subject);

/*
 * feed_put_changes(b, subject, history): append the feed of what changed of the tools
 * of a server. Of *subject its data is not read, and may be NULL.
 */
void feed_put_changes(struct html *b, const struct status_page *subject,
	const struct tool_history *history);

/* The feed of all public servers, or of those of an account. */
struct fleet_feed {
	const struct brand *brand;
	const char *account; /* or NULL */
	const struct maintained *servers;
	size_t n_servers;
	const struct incident_rows *incidents;
	const struct occurrence *times; /* of maintenances, of any servers */
	size_t n_times;
	double now;
};

/* feed_put_fleet(b, f): append it. */
void feed_put_fleet(struct html *b, const struct fleet_feed *f);

#endif
