#include "judge/publish.h"

#include "base/buf.h"
#include "base/index.h"
#include "base/lines.h"
#include "base/xalloc.h"
#include "records/verdict.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/store.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Tells a verdict from another one of its minute: by its probes, and by whether more
 * are awaited.
 */
static void put_basis(char out[64], const struct verdict *v)
{
	double sum = 0;

	for (size_t i = 0; i < v->n_regions; i++)
		sum += v->regions[i].started_at;
	snprintf(out, 64, "%zu/%zu/%zu/%.3f", v->n_regions, v->n_awaited,
		v->n_isolated, sum);
}

void publish_queue(struct store *store, const char *sha,
	const struct verdict *v, struct publish_count c,
	const char *const *tools, size_t n)
{
	char keys[5][KEY_MAX], window[24], life[5][16], days[16];
	char at[24], latest[24], basis[64];
	const char **args;
	struct buf b;

	buf_init(&b, LINE_MAX_BYTES);
	verdict_write(&b, v);
	if (b.len)
		buf_cut(&b, b.len - 1);
	snprintf(at, sizeof at, "%" PRId64, c.at);
	snprintf(latest, sizeof latest, "%.0f", c.latest);
	put_basis(basis, v);
	snprintf(window, sizeof window, "%" PRId64, v->window);
	snprintf(life[0], sizeof *life, "%d", RETENTION_VERDICT_S);
	snprintf(life[1], sizeof *life, "%d", RETENTION_MINUTES_S);
	snprintf(life[2], sizeof *life, "%d", RETENTION_HASH_S);
	snprintf(life[3], sizeof *life, "%d", RETENTION_ROLLUP_S);
	snprintf(life[4], sizeof *life, "%d", RETENTION_ROW_S);
	snprintf(days, sizeof days, "%d", RETENTION_MINUTES_DAYS);
	{
		const char *fixed[] = {"EVALSHA", sha, "5",
			key_verdict(keys[0], v->slug),
			key_minutes(keys[1], v->slug),
			key_tools(keys[2], v->slug),
			key_counted(keys[3], v->slug, v->window / 86400),
			key_latest(keys[4], v->slug),
			window, b.p, c.as, life[0], life[1], life[2],
			life[3], days, life[4],
			c.maintenance_counts ? "1" : "0", at, latest, basis,
			c.early ? "1" : "0"};
		size_t n_fixed = sizeof fixed / sizeof *fixed;

		args = xcalloc(n_fixed + n, sizeof *args);
		memcpy(args, fixed, sizeof fixed);
		if (n)
			memcpy(args + n_fixed, tools, n * sizeof *args);
		store_add_argv(store, n_fixed + n, args);
	}
	buf_release(&b);
	free(args);
}

/* ---- How long a server takes from each region. */

/* Look back so many hours: an evaluation may have been missed. */
#define HOURS 3
/* The keys of a region, beside those of the script's own. */
#define KEYS_EACH (HOURS + 1)

bool place_latency_due(const char *slug, double now)
{
	return (uint64_t)(now / 60) % 60 ==
		index_hash(0, slug, strlen(slug)) % 60;
}

/* The rows of the hours that are over, and the records of the newest probe. */
static void put_keys(const char *slug, const struct verdict_region *r,
	int64_t hour, char (*key)[KEY_MAX])
{
	int64_t window = isnan(r->started_at)
		? 0 : (int64_t)(r->started_at / 60) * 60;

	for (int i = 0; i < HOURS; i++)
		key_hour_row(key[i], slug, hour - HOURS + i, r->region);
	key_probe(key[HOURS], slug, window, r->region);
}

void place_latency_queue(struct store *store, const char *sha,
	const struct verdict *v, double now)
{
	size_t n_keys = 1 + KEYS_EACH * v->n_regions, k = 0;
	char(*keys)[KEY_MAX] = xcalloc(n_keys, sizeof *keys);
	const char **args = xcalloc(5 + n_keys + v->n_regions, sizeof *args);
	char count[24], hour[24], life[16];
	int64_t now_hour = (int64_t)(now / 3600);

	snprintf(count, sizeof count, "%zu", n_keys);
	snprintf(hour, sizeof hour, "%" PRId64, now_hour);
	snprintf(life, sizeof life, "%d", RETENTION_PLACES_S);
	key_places(keys[0], v->slug);
	for (size_t i = 0; i < v->n_regions; i++)
		put_keys(v->slug, &v->regions[i], now_hour,
			keys + 1 + KEYS_EACH * i);
	args[k++] = "EVALSHA";
	args[k++] = sha;
	args[k++] = count;
	for (size_t i = 0; i < n_keys; i++)
		args[k++] = keys[i];
	args[k++] = hour;
	args[k++] = life;
	for (size_t i = 0; i < v->n_regions; i++)
		args[k++] = v->regions[i].region;
	store_add_argv(store, k, args);
	free(args);
	free(keys);
}
