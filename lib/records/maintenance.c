/*
 * maintenance.c: writes and reads the maintenance record. It may come
 * from a file, the store or the web, so all of it is bounded.
 */
#include "records/maintenance.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "base/zone.h"
#include "json/json.h"
#include "mcp/names.h"
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

static const char *const days[] = {
	"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

static bool one_day(const char *s, size_t n, unsigned *bit)
{
	for (unsigned i = 0; i < sizeof days / sizeof *days; i++) {
		if (n != 3 || strncmp(s, days[i], n) != 0)
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
	for (unsigned i = 0; i < sizeof days / sizeof *days; i++)
		if (every & 1u << i)
			p += snprintf(p, 5, "%s%s", p == out ? "" : ",",
				days[i]);
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

static void put_list(struct buf *b, const char *key, const char *const *v,
	size_t n)
{
	buf_fmt(b, ",\"%s\":[", key);
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_char(b, ',');
		json_put_str(b, v[i]);
	}
	buf_char(b, ']');
}

static void put_text(struct buf *b, const char *key, const char *s)
{
	json_put_key(b, key);
	json_put_clean(b, s, TEXT_MAX);
}

static void put_every(struct buf *b, unsigned every)
{
	const char *list[sizeof days / sizeof *days];
	size_t n = 0;

	for (unsigned i = 0; i < sizeof days / sizeof *days; i++)
		if (every & 1u << i)
			list[n++] = days[i];
	if (n)
		put_list(b, "every", list, n);
	else
		buf_str(b, ",\"every\":null");
}

void maintenance_write(struct buf *b, const struct maintenance *m)
{
	buf_fmt(b, "{\"v\":%d,\"type\":\"maintenance\"", RECORD_VERSION);
	put_text(b, "id", *m->id ? m->id : NULL);
	put_list(b, "slugs", m->slugs, m->n_slugs);
	put_list(b, "accounts", m->accounts, m->n_accounts);
	buf_fmt(b, ",\"starts_at\":%" PRId64 ",\"ends_at\":%" PRId64,
		m->starts_at, m->ends_at);
	put_every(b, m->every);
	put_text(b, "zone", m->zone);
	put_text(b, "reason", m->reason);
	put_text(b, "by", m->by);
	if (m->ended_at)
		buf_fmt(b, ",\"ended_at\":%" PRId64, m->ended_at);
	else
		buf_str(b, ",\"ended_at\":null");
	buf_char(b, '}');
}

/* A string, or NULL where it is null or missing. */
static bool text(const cJSON *o, const char *key, const char **out, char *why)
{
	const cJSON *v = json_get(o, key);

	*out = json_str(o, key);
	return *out || !v || cJSON_IsNull(v) ||
		record_fail(why, key, "not a string");
}

/* Epoch seconds or RFC 3339; 0 where it need not be there and is not. */
static bool instant(const cJSON *o, const char *key, bool needed, int64_t *out,
	char *why)
{
	const cJSON *v = json_get(o, key);
	const char *s = json_str(o, key);
	double t;

	*out = 0;
	if (!v || cJSON_IsNull(v))
		return !needed || record_fail(why, key, "missing");
	if (s ? clock_rfc3339_parse(s, out) : json_num(o, key, &t)) {
		if (!s && t >= 0 && t <= INSTANT_MAX)
			*out = (int64_t)floor(t);
		if (*out > 0)
			return true;
	}
	return record_fail(why, key,
		"neither epoch seconds nor an RFC 3339 instant");
}

/* A list of valid names, which goes behind the last of m->lists. */
static bool list(const cJSON *o, const char *key, struct maintenance *m,
	bool (*valid)(const char *), size_t *n, char *why)
{
	const cJSON *l = json_get(o, key), *v;
	size_t at = m->n_slugs;

	if (!l || cJSON_IsNull(l))
		return true;
	if (!cJSON_IsArray(l))
		return record_fail(why, key, "not a list");
	cJSON_ArrayForEach(v, l)
	{
		if (*n == MAINTENANCE_NAMES)
			return record_fail(why, key, "more than 100 names");
		if (!cJSON_IsString(v) || !valid(v->valuestring))
			return record_fail(why, key, "not a list of names");
		m->lists[at + (*n)++] = v->valuestring;
	}
	return true;
}

static bool read_names(const cJSON *o, struct maintenance *m, char *why)
{
	const char *id;

	if (!text(o, "id", &id, why))
		return false;
	if (id && !maintenance_id_valid(id))
		return record_fail(why, "id", "not a valid name");
	snprintf(m->id, sizeof m->id, "%s", id ? id : "");
	m->lists = xcalloc(2 * MAINTENANCE_NAMES, sizeof *m->lists);
	if (!list(o, "slugs", m, maintenance_pattern_valid, &m->n_slugs, why) ||
		!list(o, "accounts", m, maintenance_account_valid,
			&m->n_accounts, why))
		return false;
	m->slugs = m->lists;
	m->accounts = m->lists + m->n_slugs;
	return m->n_slugs || m->n_accounts ||
		record_fail(why, "slugs", "no server is named");
}

static bool read_every(const cJSON *o, struct maintenance *m, char *why)
{
	const cJSON *l = json_get(o, "every"), *v;
	unsigned bit;

	if (l && !cJSON_IsNull(l) && !cJSON_IsArray(l))
		return record_fail(why, "every", "not a list of days");
	cJSON_ArrayForEach(v, l)
	{
		if (!cJSON_IsString(v) ||
			!one_day(v->valuestring, strlen(v->valuestring), &bit))
			return record_fail(why, "every", "not a list of days");
		m->every |= bit;
	}
	if (!text(o, "zone", &m->zone, why))
		return false;
	return !m->zone || zone_exists(m->zone) ||
		record_fail(why, "zone", "not a time zone that is known here");
}

static bool read_times(const cJSON *o, struct maintenance *m, char *why)
{
	if (!instant(o, "starts_at", true, &m->starts_at, why) ||
		!instant(o, "ends_at", true, &m->ends_at, why) ||
		!instant(o, "ended_at", false, &m->ended_at, why))
		return false;
	if (m->ends_at <= m->starts_at)
		return record_fail(why, "ends_at", "not after starts_at");
	return !m->every || m->ends_at - m->starts_at <= DAY_S ||
		record_fail(why, "ends_at", "recurs, and lasts over a day");
}

bool maintenance_take(cJSON *doc, struct maintenance *m, char *why)
{
	*m = (struct maintenance) {.doc = doc};
	if (read_names(doc, m, why) && read_every(doc, m, why) &&
		read_times(doc, m, why) &&
		text(doc, "reason", &m->reason, why) &&
		text(doc, "by", &m->by, why))
		return true;
	maintenance_release(m);
	return false;
}

void maintenance_release(struct maintenance *m)
{
	cJSON_Delete(m->doc);
	free(m->lists);
	*m = (struct maintenance) {0};
}
