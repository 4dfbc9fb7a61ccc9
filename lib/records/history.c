/* SPDX-License-Identifier: MIT */
#include "records/history.h"

#include "base/num.h"
#include "records/probe.h"

#define TEXT(key, m)                                                           \
	FIELD(key, struct history_record, m, FIELD_NULL | FIELD_CLEAN)
#define EPOCH(key, m, ...)                                                     \
	FIELD(key, struct history_record, m, __VA_ARGS__, .max = NUM_EPOCH_MAX)

const struct field history_fields[] = {
	EPOCH("at", at, FIELD_NEEDED),
	FIELD("server_slug", struct history_record, slug,
		FIELD_NEEDED | FIELD_CLEAN),
	FIELD("what", struct history_record, what, FIELD_NEEDED | FIELD_CLEAN),
	FIELD("text", struct history_record, text, FIELD_NEEDED | FIELD_CLEAN),
	TEXT("dedup_key", key),
	TEXT("kind", kind),
	TEXT("severity", severity),
	EPOCH("started_at", started_at, FIELD_NULL),
	EPOCH("resolved_at", resolved_at, FIELD_NULL),
	TEXT("told_with", group),
	TEXT("route", route),
	TEXT("event", event),
	EPOCH("decided_at", decided_at, FIELD_NULL),
	EPOCH("failed_at", failed_at, FIELD_OMIT),
	{.type = FIELD_END},
};

void history_write(struct buf *b, const struct history_record *h)
{
	record_put(b, "history", history_fields, h, NULL);
}

bool history_take(cJSON *doc, struct history_record *h, char *why)
{
	*h = (struct history_record) {.doc = doc};
	if (fields_take(history_fields, doc, h, why))
		return true;
	history_release(h);
	return false;
}

void history_release(struct history_record *h)
{
	if (h->doc)
		fields_release(history_fields, h);
	cJSON_Delete(h->doc);
	*h = (struct history_record) {0};
}
