/* SPDX-License-Identifier: MIT */
/*
 * expiry.c: writes and reads the expiry line of mcp-records(5), and
 * knows the thresholds.
 */
#include "records/expiry.h"

#include "base/num.h"
#include "records/probe.h"
#include "terms/names.h"

#include <inttypes.h>

#define DAY_S 86400

static const char *const whats[] = {"certificate", "credential"};
static const char *const statuses[] = {"ok", "expiring", "expired", "unknown"};
static const char *const sources[] = {NULL, "certificate", "expires_at", "jwt"};

WORDS(expiry_what, expiry_what, whats)
static const struct word_table status_words = {statuses, 4};
static const struct word_table source_words = {sources, 4};

enum expiry_status expiry_judge(enum expiry_what what, double left_s,
	int64_t *within)
{
	/* The smallest first; 0 behind the last. */
	static const int64_t thresholds[EXPIRY_WHATS][5] = {
		[EXPIRY_CERTIFICATE] = {DAY_S, 7 * DAY_S, 14 * DAY_S,
			30 * DAY_S},
		[EXPIRY_CREDENTIAL] = {72 * 3600},
	};

	*within = 0;
	if (!(left_s > 0))
		return EXPIRY_EXPIRED;
	for (const int64_t *t = thresholds[what]; *t; t++) {
		if (left_s <= (double)*t) {
			*within = *t;
			return EXPIRY_EXPIRING;
		}
	}
	*within = -1;
	return EXPIRY_OK;
}

void expiry_put_span(struct buf *b, int64_t s)
{
	int64_t n = s < 7200 ? s / 60 : s < 2 * DAY_S ? s / 3600 : s / DAY_S;
	const char *unit = s < 7200	   ? "minute"
		: s < 2 * DAY_S ? "hour"
					   : "day";

	buf_fmt(b, "%" PRId64 " %s%s", n, unit, n == 1 ? "" : "s");
}

const struct field expiry_fields[] = {
	FIELD("slug", struct expiry_record, slug, FIELD_NEEDED,
		.valid = slug_valid),
	FIELD("region", struct expiry_record, region, FIELD_NEEDED,
		.valid = region_valid),
	FIELD("at", struct expiry_record, at, FIELD_NEEDED,
		.max = NUM_EPOCH_MAX, .digits = 6, .fault = "not an instant"),
	FIELD("url", struct expiry_record, url, FIELD_NULL),
	FIELD("what", struct expiry_record, what, FIELD_NEEDED,
		.words = &expiry_what_words),
	FIELD("status", struct expiry_record, status, FIELD_NEEDED,
		.words = &status_words),
	FIELD("within", struct expiry_record, within, FIELD_NULL, .none = -1,
		.fault = "not seconds"),
	FIELD_AS(FIELD_DATE, "expires_at", struct expiry_record, expires_at,
		FIELD_NULL),
	FIELD("source", struct expiry_record, source, FIELD_NULL | FIELD_OUT,
		.words = &source_words),
	FIELD("issuer", struct expiry_record, issuer, FIELD_NULL | FIELD_CLEAN),
	FIELD("message", struct expiry_record, message,
		FIELD_NULL | FIELD_CLEAN),
	{.type = FIELD_END},
};

void expiry_record_write(struct buf *b, const struct expiry_record *r)
{
	record_put(b, "expiry", expiry_fields, r, NULL);
	buf_char(b, '\n');
}

bool expiry_take(const cJSON *doc, struct expiry_record *r, char *why)
{
	bool fits;

	*r = (struct expiry_record) {0};
	if (!fields_take(expiry_fields, doc, r, why))
		return false;
	/* The threshold is one that goes with the status. */
	fits = r->status == EXPIRY_EXPIRED ? r->within == 0
		: r->status == EXPIRY_EXPIRING ? r->within > 0
					       : r->within < 0;
	if (!fits)
		return field_fail(why, "within", "does not fit the status");
	return r->expires_at || r->status >= EXPIRY_EXPIRED ||
		field_fail(why, "expires_at", "missing");
}
