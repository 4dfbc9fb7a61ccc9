#include "store/regions_heard.h"

#include "base/clock.h"
#include "base/lines.h"
#include "json/json.h"
#include "records/verdict.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/stages.h"
#include "store/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool without_data(const struct verdict *v, const char *region)
{
	for (size_t i = 0; i < v->n_no_data; i++)
		if (strcmp(v->no_data[i], region) == 0)
			return true;
	return false;
}

void regions_heard_add(struct regions_heard *r, const struct verdict *v)
{
	for (size_t i = 0; i < v->n_no_data; i++)
		strings_note(&r->known, v->no_data[i]);
	for (size_t i = 0; i < v->n_regions; i++) {
		const char *name = v->regions[i].region;

		strings_note(&r->known, name);
		if (!without_data(v, name))
			strings_note(&r->heard, name);
	}
}

void regions_heard_release(struct regions_heard *r)
{
	strings_release(&r->heard);
	strings_release(&r->known);
}

static void put(struct buf *b, const struct regions_heard *r, double now)
{
	struct strings silent = {0};

	for (size_t i = 0; i < r->known.n; i++)
		if (!strings_has(&r->heard, r->known.v[i]))
			strings_add(&silent, r->known.v[i]);
	buf_fmt(b, "{\"window\":%" PRId64, clock_window(now));
	json_put_list(b, "heard", r->heard.v, r->heard.n);
	json_put_list(b, "silent", silent.v, silent.n);
	buf_char(b, '}');
	strings_release(&silent);
}

int regions_heard_write(const struct regions_heard *r, struct store *s,
	double now, bool pretended)
{
	const struct store_reply *reply;
	char life[16];
	struct buf b;

	if (pretended) {
		reply = store_one(s, "HGET", KEY_HEARTBEATS,
			stage_name(STAGE_VERDICT), NULL);
		if (!reply)
			return store_failed(s);
		if (stage_beat(STAGE_VERDICT, store_text(reply)) > now)
			return 0;
	}
	snprintf(life, sizeof life, "%d", RETENTION_VERDICT_S);
	buf_init(&b, LINE_MAX_BYTES);
	put(&b, r, now);
	reply = store_one(s, "SET", KEY_REGIONS, b.p, "EX", life, NULL);
	buf_release(&b);
	return reply ? 0 : store_failed(s);
}
