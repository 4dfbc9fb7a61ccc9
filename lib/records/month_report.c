/* SPDX-License-Identifier: MIT */
#include "records/month_report.h"

#include "base/clock.h"
#include "base/text.h"
#include "json/json.h"
#include "records/probe.h"
#include "terms/names.h"

#include <math.h>
#include <string.h>

#define COUNTS_MAX 64
#define LONGEST 1e9

static const struct field count_fields[] = {
	FIELD("name", struct report_count, name, FIELD_OMIT),
	FIELD("era", struct report_count, era, FIELD_OMIT),
	FIELD("protocol", struct report_count, protocol, FIELD_OMIT),
	FIELD("count", struct report_count, count, FIELD_NEEDED),
	FIELD("share", struct report_count, share, FIELD_NEEDED, .max = 100),
	{.type = FIELD_END},
};

#define T struct report_head
#define COUNTS(key, m, n)                                                      \
	FIELD_COUNTED(FIELD_LIST, key, T, m, n, FIELD_NEEDED,                  \
		.table = count_fields, .most = COUNTS_MAX)

const struct field month_report_fields[] = {
	FIELD("month", T, month, FIELD_NEEDED, .valid = month_valid,
		.fault = "not a month"),
	FIELD_AS(FIELD_DATE, "as_of", T, as_of, FIELD_NEEDED),
	FIELD("final", T, final, FIELD_NEEDED),
	FIELD("days", T, days, FIELD_NEEDED, .min = 1, .max = 31),
	FIELD_AS(FIELD_DATE, "latency_from", T, latency_from, FIELD_NEEDED),
	FIELD("servers", T, servers, FIELD_NEEDED),
	FIELD("ranked", T, ranked, FIELD_NEEDED),
	FIELD("least_days", T, least_days, FIELD_NEEDED),
	FIELD("least_minutes", T, least_minutes, FIELD_NEEDED),
	FIELD_STRINGS("cities", T, cities, n_cities, FIELD_NEEDED | FIELD_CLEAN,
		.most = REPORT_CITIES),
	COUNTS("buckets", buckets, n_buckets),
	COUNTS("protocols", protocols, n_protocols),
	COUNTS("walls", walls, n_walls),
	{.type = FIELD_END},
};
#undef T

#define T struct report_row
const struct field month_report_row_fields[] = {
	FIELD("slug", T, slug, FIELD_NEEDED, .valid = slug_valid,
		.fault = "not a slug"),
	FIELD("rank", T, rank, FIELD_NULL),
	FIELD("uptime", T, uptime, FIELD_NULL, .none = NAN, .max = 100,
		.places = 2),
	FIELD("known_minutes", T, known_minutes, FIELD_NEEDED),
	FIELD("known_days", T, known_days, FIELD_NEEDED),
	FIELD("p95_ms", T, p95_ms, FIELD_NULL, .none = NAN),
	FIELD("tool_changes", T, tool_changes, FIELD_NULL, .none = -1),
	FIELD_AS(FIELD_DATE, "tools_since", T, tools_since, FIELD_NULL),
	FIELD("tools_churn", T, tools_churn, FIELD_OMIT),
	FIELD("bucket", T, bucket, FIELD_NEEDED),
	{.type = FIELD_END},
};
#undef T

void month_report_put(struct buf *b, const struct report_head *r)
{
	record_put(b, "report", month_report_fields, r, NULL);
}

void month_report_row_put(struct buf *b, const struct report_row *r)
{
	buf_char(b, '{');
	fields_put(b, month_report_row_fields, r, NULL);
	buf_char(b, '}');
}

int month_report_read(const char *text, struct report_head *r, char *why)
{
	double v;

	*r = (struct report_head) {0};
	r->doc = json_parse(text, strlen(text), &json_record, why);
	if (!r->doc)
		return -1;
	if (json_num(r->doc, "v", &v) && v == RECORD_VERSION &&
		fields_take(month_report_fields, r->doc, r, why))
		return 0;
	if (!json_num(r->doc, "v", &v) || v != RECORD_VERSION)
		field_fail(why, "v", "a version that this program does not "
				     "know");
	month_report_release(r);
	return -1;
}

void month_report_release(struct report_head *r)
{
	fields_release(month_report_fields, r);
	cJSON_Delete(r->doc);
	*r = (struct report_head) {0};
}

int month_report_rows_read(const char *text, struct report_row *rows, size_t *n,
	cJSON **doc, char *why)
{
	const cJSON *o;

	*n = 0;
	*doc = json_parse(text, strlen(text), &json_record, why);
	if (!*doc)
		return -1;
	if (!cJSON_IsArray(*doc) || cJSON_GetArraySize(*doc) > REPORT_ROWS) {
		field_fail(why, "rows", "not an array, or too long");
		goto refused;
	}
	cJSON_ArrayForEach(o, *doc)
	{
		rows[*n] = (struct report_row) {.slug = NULL};
		if (!fields_take(
			    month_report_row_fields, o, &rows[(*n)++], why))
			goto refused;
	}
	return 0;
refused:
	cJSON_Delete(*doc);
	*doc = NULL;
	*n = 0;
	return -1;
}
