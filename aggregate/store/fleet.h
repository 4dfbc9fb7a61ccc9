/*
 * fleet.h: which servers are to be judged, and how: what the configuration
 * says, or without one, every server that was ever ingested.
 */
#ifndef STORE_FLEET_H
#define STORE_FLEET_H

#include "rule/verdict.h"

struct conf;
struct store;

struct fleet_server {
	const char *slug;
	const char *url;	     /* or NULL */
	bool is_private; /* readers need a token, as far as is known here */
	const char *const *regions; /* the expected ones; NULL for those seen */
	size_t n_regions;
	struct rule rule;
};

struct fleet {
	struct fleet_server *servers;
	size_t n;
	char **slugs; /* owned, where there is no configuration */
};

/*
 * fleet_configured(f, c, slug): the servers of a configuration, which must
 * outlive f; only `slug`, where that is not NULL.
 */
void fleet_configured(struct fleet *f, const struct conf *c, const char *slug);

/*
 * fleet_stored(f, s, slug): the servers that the store knows; only `slug`,
 * where that is not NULL. -1 where the store failed, and the operator has been
 * told.
 */
int fleet_stored(struct fleet *f, struct store *s, const char *slug);

void fleet_release(struct fleet *f);

/*
 * fleet_announce(c, s): write what readers need of the configured servers and
 * accounts to the store, and remove what it holds of others. -1 where the store
 * failed, and the operator has been told.
 */
int fleet_announce(const struct conf *c, struct store *s);

/*
 * fleet_isolation_rule(f): the rule for isolation_cut: its lookback is that of
 * the server that is probed most often.
 */
struct rule fleet_isolation_rule(const struct fleet *f);

#endif
