#include "records/incident.h"

#include "base/clock.h"
#include "json/json.h"

#include <stdio.h>

static const struct field ack_fields[] = {
	ROW_ACK_BY(struct incident_ack, by, 0),
	ROW_ACK_AT(struct incident_ack, at, 0),
	{.type = FIELD_END},
};

static const struct field quiet_fields[] = {
	ROW_QUIET_SINCE(struct incident_quiet, since, 0),
	{.type = FIELD_END},
};

static const struct field incident_fields[] = {
	FIELD("kind", struct incident_record, kind, FIELD_NEEDED,
		.words = &alert_kind_words),
	ROW_FOLDED(struct incident_record, folded, 0),
	ROW_HELD(struct incident_record, held, 0),
	ROW_CHECKS_REFUSED(struct incident_record, checks_refused, 0),
	ROW_FIRST(struct incident_record, first, 0),
	ROW_PASSED_SINCE(struct incident_record, passed_since, 0),
	ROW_REGIONS(struct incident_record, regions, FIELD_SOME),
	ROW_SILENT(struct incident_record, silent, FIELD_SOME),
	ROW_QUIET(struct incident_record, quiet, quiet_fields, 0),
	ROW_ACK(struct incident_record, ack, ack_fields, 0),
	{.type = FIELD_END},
};

static const struct field told_fields[] = {
	ROW_TOLD_AT(struct told_record, at, 0),
	ROW_TOLD_FIRST(struct told_record, first, 0),
	ROW_REGIONS(struct told_record, regions, FIELD_SOME),
	ROW_TOLD_RESOLVED_AT(struct told_record, resolved_at, 0),
	ROW_CHECKS_REFUSED(struct told_record, checks_refused, 0),
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
	r->phase = what ? alert_event_phase(what) : ALERT_ONCE;
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

/* They are parts of addresses that others have kept: none may change. */
static const struct {
	enum alert_kind kind;
	const char *word;
} words[] = {
	{ALERT_DOWNTIME, "outage"},
	{ALERT_REGIONAL, "regional-outage"},
	{ALERT_RATE_LIMITED, "refused-requests"},
	{ALERT_OVERRUN, "late-maintenance"},
	{ALERT_ERROR_RATE, "failures"},
	{ALERT_LATENCY, "slow-answers"},
	{ALERT_DIVERGENCE, "different-tools"},
};

const char *incident_word(enum alert_kind kind)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i].kind == kind)
			return words[i].word;
	return NULL;
}

const char *incident_id(enum alert_kind kind, int64_t first, char *out)
{
	char at[CLOCK_RFC3339];

	clock_rfc3339(first, at);
	snprintf(out, INCIDENT_ID, "%.10s-%.2s%.2s-%s", at, at + 11, at + 14,
		incident_word(kind));
	return out;
}
