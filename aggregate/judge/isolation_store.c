/* SPDX-License-Identifier: MIT */
#include "judge/isolation_store.h"

#include "base/clock.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "records/probe.h"
#include "rule/verdict.h"
#include "store/beat.h"
#include "store/hour_row.h"
#include "store/keys.h"
#include "store/store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int isolation_read_canaries(struct store *s, struct isolation *found)
{
	const struct store_reply *r = store_one(s, "HVALS", KEY_RUNNERS, NULL);
	char why[RECORD_WHY];

	if (!r)
		return store_failed(s);
	for (size_t i = 0; i < store_count(r); i++) {
		const char *text = store_text(store_item(r, i));
		const struct runner_record *u;
		struct record record;

		/* Who reads them all tells of those that are wrong: status. */
		if (!text || record_read(text, strlen(text), &record, why))
			continue;
		u = &record.u.runner;
		if (record.type == RECORD_RUNNER &&
			(u->canaries_answered || u->canaries_failed))
			isolation_canaries(found, u->region, u->at,
				(size_t)u->canaries_answered,
				(size_t)u->canaries_failed);
		record_release(&record);
	}
	return 0;
}

/* The isolation of a region as of now, or NULL. */
static const struct isolated *now_of(const struct isolation *found,
	const struct rule *rule, const char *region, double now)
{
	return isolation_at(found, region, now - rule->lookback_s,
		now + rule->ahead_s);
}

static void queue_record(struct store *s, const struct isolated *i)
{
	char text[ISOLATION_TEXT];
	struct buf b;

	buf_init(&b, RECORD_RUNNER_MAX + 1);
	runner_record_write(&b, &(struct runner_record) {.region = i->region,
		.at = i->from,
		.status = RUNNER_ISOLATED,
		.version = VERSION,
		.message = isolation_text(i, text)});
	b.p[--b.len] = '\0';
	/* If an isolation lasts, its first record stays: it says since when. */
	store_add(s, "HSETNX", KEY_ISOLATED, i->region, b.p, NULL);
	buf_release(&b);
}

int isolation_publish(struct store *s, const struct isolation *found,
	const struct rule *rule, double now, bool pretended)
{
	size_t n;
	const struct isolated *all = isolation_all(found, &n);
	const struct store_reply *old;
	char *gone[256];
	size_t n_gone = 0;

	store_add(s, "HKEYS", KEY_ISOLATED, NULL);
	store_add(s, "HGET", KEY_HEARTBEATS, stage_name(STAGE_VERDICT), NULL);
	if (store_run(s))
		return store_failed(s);
	if (pretended && stage_beat(STAGE_VERDICT,
				 store_text(store_reply(s, 1))) > now)
		return 0;
	old = store_reply(s, 0);
	for (size_t i = 0; i < store_count(old) && n_gone < 256; i++) {
		const char *name = store_text(store_item(old, i));

		if (name && !now_of(found, rule, name, now))
			gone[n_gone++] = xstrdup(name);
	}
	for (size_t i = 0; i < n_gone; i++) {
		store_add(s, "HDEL", KEY_ISOLATED, gone[i], NULL);
		free(gone[i]);
	}
	for (size_t i = 0; i < n; i++)
		if (now_of(found, rule, all[i].region, now) == &all[i])
			queue_record(s, &all[i]);
	return store_run(s) ? store_failed(s) : 0;
}

static void queue_uncount(struct store *s, const char *sha, const char *slug,
	const char *region, double at)
{
	int64_t window = clock_window(at);
	char key[7][KEY_MAX], started[40], minute[8], hour[8];

	snprintf(started, sizeof started, "%.6f", at);
	snprintf(minute, sizeof minute, "%d", (int)(window % 3600 / 60));
	snprintf(hour, sizeof hour, "%d", (int)(window % 86400 / 3600));
	store_add(s, "EVALSHA", sha, "7",
		key_probe(key[0], slug, window, region),
		key_latency(key[1], slug, window / 3600),
		key_latency_day(key[2], slug, window / 86400),
		key_errors(key[3], slug, window / 3600),
		key_errors_day(key[4], slug, window / 86400),
		key_head(key[5], slug, window, region),
		key_hour_row(key[6], slug, window / 3600, region), started,
		minute, hour, NULL);
}

void isolation_uncount(struct store *s, const char *sha, const char *slug,
	const struct region_history *h, size_t n, double since)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = h[i].n_cut; k-- > 0 && h[i].cut[k] > since;)
			queue_uncount(s, sha, slug, h[i].name, h[i].cut[k]);
}

static bool read_region(struct isolated_region *out, const char *name,
	const char *text)
{
	char why[RECORD_WHY];
	struct record r;

	if (record_read(text, strlen(text), &r, why)) {
		log_warn("store: an isolated region: %s", why);
		return false;
	}
	if (r.type == RECORD_RUNNER && strcmp(r.u.runner.region, name) == 0) {
		snprintf(out->name, sizeof out->name, "%s", name);
		out->since = r.u.runner.at;
		if (r.u.runner.message)
			text_clean(r.u.runner.message,
				strlen(r.u.runner.message), out->message,
				sizeof out->message, sizeof out->message / 4);
	}
	record_release(&r);
	return *out->name;
}

int isolated_regions_read(struct store *s, struct isolated_regions *out)
{
	const struct store_reply *r =
		store_one(s, "HGETALL", KEY_ISOLATED, NULL);

	*out = (struct isolated_regions) {0};
	if (!r)
		return store_failed(s);
	out->v = xcalloc(store_count(r) / 2, sizeof *out->v);
	for (struct store_field f = {.next = 0}; store_field(r, &f);)
		if (read_region(&out->v[out->n], f.name, f.text))
			out->n++;
	return 0;
}

void isolated_regions_release(struct isolated_regions *r)
{
	free(r->v);
	*r = (struct isolated_regions) {0};
}

const struct isolated_region *isolated_regions_find(
	const struct isolated_regions *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->v[i].name, name) == 0)
			return &r->v[i];
	return NULL;
}

void isolated_regions_cut(
	const struct isolated_regions *r, struct region_history *h, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct isolated_region *found =
			isolated_regions_find(r, h[i].name);
		size_t kept = h[i].n;

		if (!found || !kept)
			continue;
		while (kept && h[i].probes[kept - 1].started_at >=
					found->since &&
			isolation_fits(&h[i].probes[kept - 1]))
			kept--;
		if (kept == h[i].n)
			continue;
		h[i].cut = &h[i].probes[h[i].n - 1].started_at;
		h[i].n = kept;
		h[i].n_cut = 1;
	}
}
