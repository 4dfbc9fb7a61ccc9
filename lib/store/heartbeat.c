#include "store/heartbeat.h"

#include "store/keys.h"
#include "store/store.h"

#include <stdio.h>

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
