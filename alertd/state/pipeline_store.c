/* SPDX-License-Identifier: MIT */
#include "state/stores.h"

#include "base/log.h"
#include "base/strings.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "conf/conf.h"
#include "incident/pipeline_health.h"
#include "records/probe.h"
#include "store/beat.h"
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
			if (u->version)
				text_copy(out->version, sizeof out->version,
					u->version);
			out->measured = u->measured;
			out->offset_min = u->offset_min;
			out->offset_max = u->offset_max;
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

/* The servers of a configuration, in its order: "shop search". */
static void put_servers(struct buf *b, const struct conf *c)
{
	for (size_t i = 0; i < conf_count(c); i++)
		buf_fmt(b, "%s%s", i ? " " : "", conf_server_slug(c, i));
}

/* The servers that were known last; NULL: none were. False: store failed. */
static bool read_known(struct store *s, char **out)
{
	const struct store_reply *r = store_one(s, "GET", KEY_WATCHED, NULL);
	const char *text = r ? store_text(r) : NULL;

	*out = NULL;
	if (text)
		string_set(out, text);
	if (!r)
		log_error("%s", store_why(s));
	return r;
}

bool pipeline_store_known(struct store *s, const struct conf *c, bool *known)
{
	struct buf now;
	char *last;
	bool ok = read_known(s, &last);

	buf_init(&now, conf_count(c) * (SLUG_MAX + 1) + 1);
	put_servers(&now, c);
	*known = last && strcmp(last, now.p) == 0;
	buf_release(&now);
	free(last);
	return ok;
}

/* The servers that are published, sorted. False: store failed. */
static bool read_published(struct store *s, struct strings *out)
{
	const struct store_reply *r = store_one(s, "HKEYS", KEY_SERVERS, NULL);

	if (!r)
		log_error("%s", store_why(s));
	for (size_t i = 0; r && i < store_count(r); i++)
		if (store_text(store_item(r, i)))
			strings_add(out, store_text(store_item(r, i)));
	strings_sort(out);
	return r;
}

bool pipeline_store_dropped(struct store *s, const struct conf *c,
	struct strings *slugs, bool *again)
{
	struct strings published = {0};
	char *last, *rest = NULL;
	bool ok;

	if (!read_known(s, &last))
		return false;
	ok = read_published(s, &published);
	for (char *slug = last && ok ? strtok_r(last, " ", &rest) : NULL; slug;
		slug = strtok_r(NULL, " ", &rest)) {
		if (!slug_valid(slug) || conf_place(c, slug) != CONF_NOWHERE)
			continue;
		if (strings_has_sorted(&published, slug))
			*again = true;
		else
			strings_add(slugs, slug);
	}
	strings_release(&published);
	free(last);
	return ok;
}

bool pipeline_store_know(struct store *s, const struct conf *c)
{
	char life[16];
	struct buf now;
	bool ok;

	buf_init(&now, conf_count(c) * (SLUG_MAX + 1) + 1);
	put_servers(&now, c);
	snprintf(life, sizeof life, "%d", RETENTION_ROLLUP_S);
	ok = store_one(s, "SET", KEY_WATCHED, now.p, "EX", life, NULL);
	buf_release(&now);
	if (!ok)
		log_error("%s", store_why(s));
	return ok;
}
