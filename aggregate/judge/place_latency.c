#include "judge/place_latency.h"

#include "base/index.h"
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

/* So many hours are looked back: an evaluation may have been missed. */
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
