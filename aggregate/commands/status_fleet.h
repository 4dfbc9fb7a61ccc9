/*
 * status_fleet.h: what the store knows of the fleet itself: stages, runners,
 * undelivered events, and spools.
 */
#ifndef COMMANDS_STATUS_FLEET_H
#define COMMANDS_STATUS_FLEET_H

#include "commands/status_screen.h"
#include "store/isolation_store.h"

struct conf;
struct store;

struct survey_fleet {
	double stages[STAGES];
	struct status_runner *runners;
	size_t n_runners;
	struct isolated_regions isolated;
	char **undelivered;
	size_t n_undelivered;
	struct spool_record *spools;
	size_t n_spools;
};

/*
 * survey_fleet_read(f, s, conf): read it. The runners are those of the
 * configuration, in its order; where conf is NULL, those that ever left a
 * record. 0, or -1 where the store failed; survey_fleet_release in both cases.
 */
int survey_fleet_read(struct survey_fleet *f, struct store *s,
	const struct conf *conf);
void survey_fleet_release(struct survey_fleet *f);

/* survey_fleet_show(f, st): put it into st, which f must outlive. */
void survey_fleet_show(const struct survey_fleet *f, struct status *st);

#endif
