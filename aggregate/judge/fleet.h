/* SPDX-License-Identifier: MIT */
/*
 * fleet.h: which servers are to be judged, and how: what the configuration
 * says, or without one, every server that was ever ingested.
 */
#ifndef JUDGE_FLEET_H
#define JUDGE_FLEET_H

#include "records/maintenance.h"
#include "rule/bucket.h"
#include "rule/verdict.h"
#include "store/load.h"
#include "store/setup.h"

struct conf;
struct server;
struct store;

/* The longest maintenance where no configuration says so. */
#define FLEET_MAINTENANCE_S (4 * 3600)

struct fleet_server {
	const char *slug;
	const char *url;	     /* or NULL */
	const char *account;	     /* or NULL */
	bool is_private; /* readers need a token, as far as is known here */
	const char *const *regions; /* the expected ones; NULL for those seen */
	size_t n_regions;
	double interval_s;
	struct rule rule;
};

struct fleet {
	const struct conf *conf; /* or NULL */
	char **slugs; /* where there is no configuration; by name */
	size_t n_slugs;
	size_t first, n; /* the part of these that is meant */
	struct maintenance_list *maintenance; /* owned; NULL until it is read */
	double maintenance_s;	 /* the longest maintenance */
	bool maintenance_counts; /* what fails in one lowers uptime */
	double round; /* when a round began that is under way; 0: none */
};

/*
 * fleet_configured(f, c, slug): the servers of a configuration, which must
 * outlive f, in its order; only `slug`, where that is not NULL.
 */
void fleet_configured(struct fleet *f, const struct conf *c, const char *slug);

void fleet_release(struct fleet *f);

/*
 * fleet_read_maintenance(f, s): read the maintenances that the store holds, for
 * fleet_counted_as. -1 where the store failed, and an error is logged.
 *
 * fleet_counted_as(f, server, v): what the minute of a verdict is counted as: its
 * colour; "red-unchecked" or "amber-unchecked" where our checks are kept out, else
 * "red-maintenance" where it is red within a maintenance, which are counted
 * beside the colour. No maintenance is known where they were not read.
 */
int fleet_read_maintenance(struct fleet *f, struct store *s);
const char *fleet_counted_as(const struct fleet *f,
	const struct fleet_server *server, const struct verdict *v);

/*
 * fleet_read_round(f, s, now): read from the spool records of the store whether a
 * round of mcp-fleet(1) is under way and has stored some reports; a round that was
 * killed counts until its time is over. -1: the store failed, and that is logged.
 */
int fleet_read_round(struct fleet *f, struct store *s, double now);

/*
 * fleet_at(f, i): the i-th server; what it points to lives as long as f.
 * fleet_each(f, s, now, use, arg): load_each of its servers.
 */
struct fleet_server fleet_at(const struct fleet *f, size_t i);
int fleet_each(const struct fleet *f, struct store *s, double now,
	load_use *use, void *arg);

/*
 * fleet_bucket(server, found, now): the bucket of a server; `found` is what the
 * store has of it, or NULL.
 */
enum bucket fleet_bucket(const struct fleet_server *server,
	const struct server *found, double now);

/* fleet_place(f, slug): the place of a server, or f->n. */
size_t fleet_place(const struct fleet *f, const char *slug);

/*
 * fleet_announce(c, s): write what readers need of the configured servers and
 * accounts to the store, and remove what it holds of others. -1 where the store
 * failed, and an error is logged.
 */
int fleet_announce(const struct conf *c, struct store *s);

/*
 * fleet_isolation_rule(f): the rule for isolation_cut: its lookback is that of
 * the server that is probed most often.
 */
struct rule fleet_isolation_rule(const struct fleet *f);

/*
 * setup_fleet(s, slug, f): the servers of the configuration, or without one
 * those that the store knows; only `slug`, where that is not NULL. *f may be
 * empty; fleet_release it before setup_close. -1: the store failed, and the
 * operator has been told.
 */
int setup_fleet(const struct setup *s, const char *slug, struct fleet *f);

/*
 * setup_open_fleet(s, cmd, slug, f): both, for a command that needs a server.
 * EXIT_GOOD; else the exit status, and the operator has been told why. In all
 * cases fleet_release and setup_close.
 */
int setup_open_fleet(struct setup *s, const struct command *cmd,
	const char *slug, struct fleet *f);

/*
 * setup_no_server(s, slug): tell the operator that there is no server, or none
 * of this slug. Returns EXIT_USAGE.
 */
int setup_no_server(const struct setup *s, const char *slug);

#endif
