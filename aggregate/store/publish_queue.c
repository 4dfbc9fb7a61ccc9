/*
 * publish_queue.c: a verdict on its way into the store. The store knows the
 * uptime, so the verdict goes there in two parts, around the place of that.
 */
#include "store/publish.h"

#include "base/lines.h"
#include "base/xalloc.h"
#include "records/verdict.h"
#include "store/keys.h"
#include "store/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A verdict up to the value of its uptime_30d; returns what follows that. */
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

void publish_queue(struct store *store, const char *sha,
	const struct verdict *v, char (*seen)[PUBLISH_TEXT], size_t n_seen)
{
	char keys[4][KEY_MAX], window[24], life[4][16], days[16];
	const char **args, *rest;
	struct buf b;

	buf_init(&b, LINE_MAX_BYTES);
	rest = put_parts(&b, v);
	snprintf(window, sizeof window, "%" PRId64, v->window);
	snprintf(life[0], sizeof *life, "%d", KEYS_VERDICT_S);
	snprintf(life[1], sizeof *life, "%d", KEYS_MINUTES_S);
	snprintf(life[2], sizeof *life, "%d", KEYS_HASH_S);
	snprintf(life[3], sizeof *life, "%d", KEYS_ROLLUP_S);
	snprintf(days, sizeof days, "%d", KEYS_MINUTES_DAYS);
	{
		const char *fixed[] = {"EVALSHA", sha, "4",
			key_verdict(keys[0], v->slug),
			key_minutes(keys[1], v->slug),
			key_tools(keys[2], v->slug),
			key_counted(keys[3], v->slug, v->window / 86400),
			window, b.p, rest, verdict_colour_name(v->verdict), life[0],
			life[1], life[2], life[3], days};
		size_t n = sizeof fixed / sizeof *fixed;

		args = xcalloc(n + n_seen, sizeof *args);
		memcpy(args, fixed, sizeof fixed);
		for (size_t i = 0; i < n_seen; i++)
			args[n + i] = seen[i];
		store_add_argv(store, n + n_seen, args);
	}
	buf_release(&b);
	free(args);
}

static int bit(const struct store_reply *r, int i)
{
	size_t byte = (size_t)i / 8;

	return byte < store_size(r) &&
		((unsigned char)store_text(r)[byte] >> (7 - i % 8) & 1);
}

bool publish_counted(const struct store_reply *day, int minute,
	enum verdict_colour *as)
{
	static const enum verdict_colour colours[] = {VERDICT_UNKNOWN,
		VERDICT_GREEN, VERDICT_AMBER, VERDICT_RED};
	int at = 24 * 60 + 2 * minute;

	*as = colours[2 * bit(day, at) + bit(day, at + 1)];
	return bit(day, minute);
}
