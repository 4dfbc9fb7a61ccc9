/*
 * maintenance.c: writes and reads the maintenance record. It may come
 * from a file, the store or the web, so all of it is bounded.
 */
#include "records/maintenance.h"

#include "base/clock.h"
#include "base/zone.h"
#include "json/json.h"
#include "terms/names.h"
#include "records/probe.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S 86400
/* The end of the year 9999, the last instant that RFC 3339 can write. */
#define INSTANT_MAX 253402300799.0
/* Each star of a pattern can cost a look at the whole name. */
#define STARS_MAX 8
#define ALL_DAYS 0x7fu

static bool one_day(const char *s, size_t n, unsigned *bit)
{
	for (unsigned i = 0; i < ZONE_WEEK; i++) {
		if (n != 3 || strncmp(s, zone_weekdays[i], n) != 0)
			continue;
		*bit = 1u << i;
		return true;
	}
	return false;
}

bool maintenance_days(const char *s, unsigned *out)
{
	unsigned bit = 0;

	if (strcmp(s, "daily") == 0) {
		*out = ALL_DAYS;
		return true;
	}
	*out = 0;
	for (;;) {
		size_t n = strcspn(s, ",");

		if (!one_day(s, n, &bit))
			return false;
		*out |= bit;
		if (!s[n])
			return true;
		s += n + 1;
	}
}

void maintenance_put_days(unsigned every, char *out)
{
	char *p = out;

	*p = '\0';
	if (every == ALL_DAYS) {
		snprintf(out, MAINTENANCE_DAYS, "daily");
		return;
	}
	for (unsigned i = 0; i < ZONE_WEEK; i++)
		if (every & 1u << i)
			p += snprintf(p, 5, "%s%s", p == out ? "" : ",",
				zone_weekdays[i]);
}

bool maintenance_pattern_valid(const char *s)
{
	size_t stars = 0, n = strlen(s);

	for (const char *p = s; *p; p++)
		stars += *p == '*';
	return n > 0 && n <= SLUG_MAX && stars <= STARS_MAX &&
		strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789._-*?[]!") == n;
}

bool maintenance_account_valid(const char *s)
{
	return slug_valid(s);
}

bool maintenance_id_valid(const char *s)
{
	return strlen(s) <= MAINTENANCE_ID_MAX && slug_valid(s);
}

static bool put_every(struct buf *b, const void *s,
	const struct field_limits *l)
{
	const struct maintenance *m = s;
	const char *comma = "[";

	(void)l;
	for (unsigned i = 0; i < ZONE_WEEK; i++) {
		if (!(m->every & 1u << i))
			continue;
		buf_str(b, comma);
		json_put_str(b, zone_weekdays[i]);
		comma = ",";
	}
	buf_str(b, m->every ? "]" : "null");
	return true;
}

static const char *take_every(const cJSON *l, void *s)
{
	struct maintenance *m = s;
	const cJSON *v;
	unsigned bit;

	if (!cJSON_IsArray(l))
		return "not a list of days";
	cJSON_ArrayForEach(v, l)
	{
		if (!cJSON_IsString(v) ||
			!one_day(v->valuestring, strlen(v->valuestring), &bit))
			return "not a list of days";
		m->every |= bit;
	}
	return NULL;
}

#define NAMES(key, m, n, check)                                                \
	FIELD_STRINGS(key, struct maintenance, m, n, FIELD_LAX,                \
		.most = MAINTENANCE_NAMES, .valid = check)
#define TEXT(key, m, ...)                                                      \
	FIELD(key, struct maintenance, m, FIELD_NULL | FIELD_CLEAN, __VA_ARGS__)

const struct field maintenance_fields[] = {
	FIELD_AS(FIELD_CHARS, "id", struct maintenance, id, FIELD_NULL,
		.valid = maintenance_id_valid),
	NAMES("slugs", slugs, n_slugs, maintenance_pattern_valid),
	NAMES("accounts", accounts, n_accounts, maintenance_account_valid),
	/* These are read as text, too. */
	FIELD("starts_at", struct maintenance, starts_at, FIELD_OUT),
	FIELD("ends_at", struct maintenance, ends_at, FIELD_OUT),
	FIELD_MADE("every", FIELD_LAX, .put = put_every, .take = take_every),
	TEXT("zone", zone, .valid = zone_exists,
		.fault = "not a time zone that is known here"),
	TEXT("reason", reason, .valid = NULL),
	TEXT("by", by, .valid = NULL),
	FIELD("announced_at", struct maintenance, announced_at,
		FIELD_OMIT | FIELD_OUT),
	FIELD("ended_at", struct maintenance, ended_at, FIELD_NULL | FIELD_OUT),
	{.type = FIELD_END},
};

void maintenance_write(struct buf *b, const struct maintenance *m)
{
	buf_fmt(b, "{\"v\":%d,\"type\":\"maintenance\"", RECORD_VERSION);
	fields_put(b, maintenance_fields, m, NULL);
	buf_char(b, '}');
}

bool maintenance_instant(const cJSON *o, const char *key, bool needed,
	int64_t *out, char *why)
{
	const cJSON *v = json_get(o, key);
	const char *s = json_str(o, key);
	double t;

	*out = 0;
	if (!v || cJSON_IsNull(v))
		return !needed || field_fail(why, key, "missing");
	if (s ? clock_rfc3339_parse(s, out) : json_num(o, key, &t)) {
		if (!s && t >= 0 && t <= INSTANT_MAX)
			*out = (int64_t)floor(t);
		if (*out > 0)
			return true;
	}
	return field_fail(why, key,
		"neither epoch seconds nor an RFC 3339 instant");
}

static bool read_times(const cJSON *o, struct maintenance *m, char *why)
{
	if (!maintenance_instant(o, "starts_at", true, &m->starts_at, why) ||
		!maintenance_instant(o, "ends_at", true, &m->ends_at, why) ||
		!maintenance_instant(o, "announced_at", false,
			&m->announced_at, why) ||
		!maintenance_instant(o, "ended_at", false, &m->ended_at, why))
		return false;
	if (m->ends_at <= m->starts_at)
		return field_fail(why, "ends_at", "not after starts_at");
	return !m->every || m->ends_at - m->starts_at <= DAY_S ||
		field_fail(why, "ends_at", "recurs, and lasts over a day");
}

bool maintenance_take(cJSON *doc, struct maintenance *m, char *why)
{
	*m = (struct maintenance) {.doc = doc};
	if (fields_take(maintenance_fields, doc, m, why) &&
		(m->n_slugs || m->n_accounts ||
			field_fail(why, "slugs", "no server is named")) &&
		read_times(doc, m, why))
		return true;
	maintenance_release(m);
	return false;
}

void maintenance_release(struct maintenance *m)
{
	/* The lists of one that was not read belong to somebody else. */
	if (m->doc)
		fields_release(maintenance_fields, m);
	cJSON_Delete(m->doc);
	*m = (struct maintenance) {0};
}
