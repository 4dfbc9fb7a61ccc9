#include "records/incident.h"

#include "json/json.h"

static const struct field ack_fields[] = {
	ROW_ACK_BY(struct incident_ack, by, 0),
	ROW_ACK_AT(struct incident_ack, at, 0),
	{.type = FIELD_END},
};

static const struct field incident_fields[] = {
	FIELD("kind", struct incident_record, kind, FIELD_NEEDED,
		.words = &alert_kind_words),
	ROW_FOLDED(struct incident_record, folded, 0),
	ROW_HELD(struct incident_record, held, 0),
	ROW_FIRST(struct incident_record, first, 0),
	ROW_PASSED_SINCE(struct incident_record, passed_since, 0),
	ROW_REGIONS(struct incident_record, regions, FIELD_SOME),
	ROW_ACK(struct incident_record, ack, ack_fields, 0),
	{.type = FIELD_END},
};

static const struct field told_fields[] = {
	ROW_TOLD_AT(struct told_record, at, 0),
	ROW_TOLD_FIRST(struct told_record, first, 0),
	ROW_REGIONS(struct told_record, regions, FIELD_SOME),
	ROW_TOLD_RESOLVED_AT(struct told_record, resolved_at, 0),
	{.type = FIELD_END},
};

bool incident_take(const cJSON *o, struct incident_record *r)
{
	char why[FIELD_WHY];

	*r = (struct incident_record) {0};
	return fields_take(incident_fields, o, r, why);
}

void incident_record_release(struct incident_record *r)
{
	fields_release(incident_fields, r);
}

bool told_take(const cJSON *o, struct told_record *r)
{
	const char *key = json_str(o, "key"), *what = json_str(o, "what");
	char why[FIELD_WHY];

	*r = (struct told_record) {0};
	if (!fields_take(told_fields, o, r, why))
		return false;
	if (key)
		return alert_key_parse(key, &r->kind, &r->first);
	if (!r->first && !json_get(o, "text"))
		r->first = (int64_t)r->at;
	return r->first && what && alert_event_parse(what, &r->kind);
}

void told_release(struct told_record *r)
{
	fields_release(told_fields, r);
}
