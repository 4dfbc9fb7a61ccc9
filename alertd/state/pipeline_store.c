#include "state/pipeline_store.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "incident/pipeline_health.h"
#include "records/probe.h"
#include "store/heartbeat.h"
#include "store/keys.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>

static bool read_isolated(struct pipeline_region *out, const char *text)
{
	char why[RECORD_WHY];
	struct record r;
	bool good;

	if (!text || record_read(text, strlen(text), &r, why))
		return false;
	good = r.type == RECORD_RUNNER &&
		r.u.runner.status == RUNNER_ISOLATED;
	if (good) {
		snprintf(out->name, sizeof out->name, "%s", r.u.runner.region);
		out->since = r.u.runner.at;
	}
	record_release(&r);
	return good;
}

bool pipeline_store_read(struct store *s, struct pipeline *pl)
{
	const struct store_reply *beats, *isolated;

	store_add(s, "HMGET", KEY_HEARTBEATS, stage_name(STAGE_INGEST),
		stage_name(STAGE_VERDICT), stage_name(STAGE_ALERT), NULL);
	store_add(s, "HLEN", KEY_RUNNERS, NULL);
	store_add(s, "HVALS", KEY_ISOLATED, NULL);
	if (store_run(s)) {
		log_error("%s", store_why(s));
		return false;
	}
	beats = store_reply(s, 0);
	for (size_t i = 0; i < STAGES; i++)
		pl->at[i] = stage_beat((enum stage)i,
			store_text(store_item(beats, i)));
	pl->n_regions = (size_t)store_int(store_reply(s, 1), 0);
	isolated = store_reply(s, 2);
	pl->isolated = xcalloc(store_count(isolated), sizeof *pl->isolated);
	for (size_t i = 0; i < store_count(isolated); i++)
		if (read_isolated(&pl->isolated[pl->n_isolated],
			    store_text(store_item(isolated, i))))
			pl->n_isolated++;
	return true;
}

bool pipeline_store_beat(struct store *s, double now)
{
	if (heartbeat_write(s, STAGE_ALERT, now, false))
		return true;
	log_error("%s", store_why(s));
	return false;
}
