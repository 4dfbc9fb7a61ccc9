#include "state/pipeline_store.h"

#include "base/log.h"
#include "base/strings.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "conf/conf.h"
#include "incident/pipeline_health.h"
#include "records/probe.h"
#include "store/heartbeat.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The texts of runner records, read; the caller frees them. */
static struct pipeline_runner *read_runners(
	const struct store_reply *texts, size_t *n)
{
	struct pipeline_runner *v = xcalloc(store_count(texts), sizeof *v);
	char why[RECORD_WHY];
	struct record r;

	*n = 0;
	for (size_t i = 0; i < store_count(texts); i++) {
		const char *text = store_text(store_item(texts, i));
		const struct runner_record *u = &r.u.runner;
		struct pipeline_runner *out = &v[*n];

		if (!text || record_read(text, strlen(text), &r, why))
			continue;
		if (r.type == RECORD_RUNNER) {
			snprintf(out->name, sizeof out->name, "%s", u->region);
			out->at = u->at;
			out->status = u->status;
			if (u->message)
				text_clean(u->message, strlen(u->message),
					out->why, sizeof out->why,
					sizeof out->why - 1);
			++*n;
		}
		record_release(&r);
	}
	return v;
}

bool pipeline_store_read(struct store *s, struct pipeline *pl)
{
	const struct store_reply *beats;

	store_add(s, "HMGET", KEY_HEARTBEATS, stage_name(STAGE_INGEST),
		stage_name(STAGE_VERDICT), stage_name(STAGE_ALERT), NULL);
	store_add(s, "HVALS", KEY_RUNNERS, NULL);
	store_add(s, "HVALS", KEY_ISOLATED, NULL);
	if (store_run(s)) {
		log_error("%s", store_why(s));
		return false;
	}
	beats = store_reply(s, 0);
	for (size_t i = 0; i < STAGES; i++)
		pl->at[i] = stage_beat((enum stage)i,
			store_text(store_item(beats, i)));
	pl->runners = read_runners(store_reply(s, 1), &pl->n_runners);
	pl->n_regions = pl->n_runners;
	pl->isolated = read_runners(store_reply(s, 2), &pl->n_isolated);
	return true;
}

bool pipeline_store_beat(struct store *s, double now)
{
	if (heartbeat_write(s, STAGE_ALERT, now, false))
		return true;
	log_error("%s", store_why(s));
	return false;
}

bool pipeline_store_dropped(struct store *s, const struct conf *c,
	struct strings *slugs, bool *again)
{
	const struct store_reply *r = store_one(s, "HKEYS", KEY_SERVERS, NULL);
	struct strings kept = {0};

	if (!r) {
		log_error("%s", store_why(s));
		return false;
	}
	for (size_t i = 0; i < slugs->n; i++) {
		bool published = false;

		if (!slug_valid(slugs->v[i]) || conf_server(c, slugs->v[i]))
			continue;
		for (size_t k = 0; k < store_count(r) && !published; k++) {
			const char *name = store_text(store_item(r, k));

			published = name && strcmp(name, slugs->v[i]) == 0;
		}
		if (published)
			*again = true;
		else
			strings_add(&kept, slugs->v[i]);
	}
	strings_release(slugs);
	*slugs = kept;
	return true;
}

/* The servers of a configuration as a short text (FNV-1a). */
static const char *digest(const struct conf *c, char *out)
{
	uint64_t h = 14695981039346656037U;

	for (size_t i = 0; i < c->n_servers; i++) {
		const char *p = c->servers[i].slug;

		/* The NUL tells one slug from the next. */
		do
			h = (h ^ (unsigned char)*p) * 1099511628211U;
		while (*p++);
	}
	snprintf(out, 17, "%016" PRIx64, h);
	return out;
}

bool pipeline_store_known(struct store *s, const struct conf *c, bool *known)
{
	const struct store_reply *r = store_one(s, "GET", KEY_WATCHED, NULL);
	const char *text = r ? store_text(r) : NULL;
	char now[17];

	*known = text && strcmp(text, digest(c, now)) == 0;
	if (!r)
		log_error("%s", store_why(s));
	return r;
}

bool pipeline_store_know(struct store *s, const struct conf *c)
{
	char now[17], life[16];

	snprintf(life, sizeof life, "%d", RETENTION_ROLLUP_S);
	if (store_one(s, "SET", KEY_WATCHED, digest(c, now), "EX", life, NULL))
		return true;
	log_error("%s", store_why(s));
	return false;
}
