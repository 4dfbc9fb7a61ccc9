#include "store/heartbeat.h"

#include "base/num.h"
#include "store/keys.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>

bool heartbeat_write(
	struct store *s, enum stage stage, double now, bool pretended)
{
	const char *name = stage_name(stage);
	const struct store_reply *r = NULL;
	char text[40];

	if (pretended) {
		r = store_one(s, "HGET", KEY_HEARTBEATS, name, NULL);
		if (!r)
			return false;
		if (stage_beat(stage, store_text(r)) > now)
			return true;
	}
	snprintf(text, sizeof text, "%.3f", now);
	return store_one(s, "HSET", KEY_HEARTBEATS, name, text, NULL);
}

const char *heartbeat_run_field(char *out, enum stage stage)
{
	snprintf(out, HEARTBEAT_FIELD, "%s:run", stage_name(stage));
	return out;
}

void heartbeat_run_queue(
	struct store *s, enum stage stage, double at, unsigned set)
{
	struct stats run = stats_now(set);
	char field[HEARTBEAT_FIELD];
	struct buf b;

	buf_init(&b, STATS_TEXT + 40);
	buf_fmt(&b, "%.3f ", at);
	stats_put(&b, &run);
	store_add(s, "HSET", KEY_HEARTBEATS, heartbeat_run_field(field, stage),
		b.p, NULL);
	buf_release(&b);
}

bool heartbeat_run_read(const char *text, double *at, struct stats *run)
{
	size_t n = strcspn(text, " ");
	char number[32];

	if (!text[n] || n >= sizeof number)
		return false;
	memcpy(number, text, n);
	number[n] = '\0';
	return num_epoch(number, at) && stats_read(text + n + 1, run);
}
