/*
 * status_fleet.h: what the store knows of the fleet itself: stages, runners,
 * undelivered events, and spools.
 */
#ifndef COMMANDS_STATUS_FLEET_H
#define COMMANDS_STATUS_FLEET_H

#include "commands/status_screen.h"
#include "judge/isolation_store.h"

struct conf;
struct store;

struct status_fleet {
	double stages[STAGES];
	double jumped_at, jumped_to; /* of struct status */
	struct status_runner *runners;
	size_t n_runners;
	struct isolated_regions isolated;
	char **undelivered;
	size_t n_undelivered;
	struct spool_record *spools;
	size_t n_spools;
};

/*
 * status_fleet_read(f, s, conf): read it. The runners are those of the
 * configuration, in its order; where conf is NULL, those that ever left a
 * record. 0, or -1 where the store failed; status_fleet_release in both cases.
 */
int status_fleet_read(struct status_fleet *f, struct store *s,
	const struct conf *conf);
void status_fleet_release(struct status_fleet *f);

/* status_fleet_show(f, st): put it into st, which f must outlive. */
void status_fleet_show(const struct status_fleet *f, struct status *st);

#endif
