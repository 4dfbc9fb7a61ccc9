#include "judge/publish.h"

#include "base/buf.h"
#include "base/lines.h"
#include "base/xalloc.h"
#include "records/verdict.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Only the store knows the uptime with this minute, so the verdict goes there
 * in two parts: *b gets what comes before the value of uptime_30d, and what
 * follows it is returned.
 */
static const char *put_parts(struct buf *b, const struct verdict *v)
{
	size_t uptime = verdict_write(b, v);
	char *value;

	if (!uptime)
		return "";
	b->p[--b->len] = '\0';
	value = b->p + uptime;
	*value++ = '\0';
	return value + strcspn(value, ",");
}

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
	const char **args, *rest;
	struct buf b;

	buf_init(&b, LINE_MAX_BYTES);
	rest = put_parts(&b, v);
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
			window, b.p, rest, c.as, life[0], life[1], life[2],
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
