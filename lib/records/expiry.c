/*
 * expiry.c: writes and reads the expiry line of mcp-records(5), and
 * knows the thresholds.
 */
#include "records/expiry.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "json/json.h"
#include "mcp/names.h"
#include "records/probe.h"

#include <inttypes.h>

#define DAY_S 86400

static const char *const whats[] = {"certificate", "credential"};
static const char *const statuses[] = {"ok", "expiring", "expired", "unknown"};
static const char *const sources[] = {NULL, "certificate", "expires_at", "jwt"};

#define LOOKUP(table, s, out) \
	names_lookup(table, sizeof table / sizeof *table, s, out)

const char *expiry_what_name(enum expiry_what v)
{
	return whats[v];
}

bool expiry_what_parse(const char *s, enum expiry_what *out)
{
	unsigned i;

	if (!LOOKUP(whats, s, &i))
		return false;
	*out = (enum expiry_what)i;
	return true;
}

static bool status_parse(const char *s, enum expiry_status *out)
{
	unsigned i;

	if (!LOOKUP(statuses, s, &i))
		return false;
	*out = (enum expiry_status)i;
	return true;
}

enum expiry_status expiry_judge(enum expiry_what what, double left_s,
	int64_t *within)
{
	/* The smallest first; 0 behind the last. */
	static const int64_t thresholds[EXPIRY_WHATS][4] = {
		[EXPIRY_CERTIFICATE] = {7 * DAY_S, 14 * DAY_S, 30 * DAY_S, 0},
		[EXPIRY_CREDENTIAL] = {72 * 3600, 0, 0, 0},
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

/* A member that is text from outside, cut and cleaned; or null. */
static void put_text(struct buf *b, const char *key, const char *s)
{
	json_put_key(b, key);
	json_put_clean(b, s, TEXT_MAX);
}

void expiry_record_write(struct buf *b, const struct expiry_record *r)
{
	char end[CLOCK_RFC3339];

	buf_fmt(b, "{\"v\":%d,\"type\":\"expiry\"", RECORD_VERSION);
	put_text(b, "slug", r->slug);
	put_text(b, "region", r->region);
	buf_fmt(b, ",\"at\":%.6f", r->at);
	json_put_member(b, "url", r->url);
	put_text(b, "what", whats[r->what]);
	put_text(b, "status", statuses[r->status]);
	if (r->within < 0)
		buf_str(b, ",\"within\":null");
	else
		buf_fmt(b, ",\"within\":%" PRId64, r->within);
	clock_rfc3339(r->expires_at, end);
	put_text(b, "expires_at", r->expires_at ? end : NULL);
	put_text(b, "source", sources[r->source]);
	put_text(b, "issuer", r->issuer);
	put_text(b, "message", r->message);
	buf_str(b, "}\n");
}

/* A string, or NULL where it is null or missing and need not be there. */
static bool text(const cJSON *o, const char *key, bool needed,
	const char **out, char *why)
{
	const cJSON *v = json_get(o, key);

	*out = json_str(o, key);
	if (*out || (!needed && (!v || cJSON_IsNull(v))))
		return true;
	return record_fail(why, key, v ? "not a string" : "missing");
}

static bool read_names(const cJSON *o, struct expiry_record *r, char *why)
{
	const char *name;

	if (!text(o, "slug", true, &r->slug, why) ||
		!text(o, "region", true, &r->region, why) ||
		!text(o, "what", true, &name, why))
		return false;
	if (!slug_valid(r->slug))
		return record_fail(why, "slug", "not a valid name");
	if (!region_valid(r->region))
		return record_fail(why, "region", "not a valid name");
	if (!expiry_what_parse(name, &r->what))
		return record_fail(why, "what", "unknown");
	if (!text(o, "status", true, &name, why))
		return false;
	return status_parse(name, &r->status) ||
		record_fail(why, "status", "unknown");
}

/* Whether the threshold is one that goes with the status. */
static bool within(const cJSON *o, struct expiry_record *r, char *why)
{
	const cJSON *v = json_get(o, "within");
	double s = -1;
	bool fits;

	if (v && !cJSON_IsNull(v) &&
		(!json_num(o, "within", &s) || !(s >= 0 && s <= 1e9)))
		return record_fail(why, "within", "not seconds");
	r->within = (int64_t)s;
	fits = r->status == EXPIRY_EXPIRED ? r->within == 0
		: r->status == EXPIRY_EXPIRING ? r->within > 0
					       : r->within < 0;
	return fits || record_fail(why, "within", "does not fit the status");
}

static bool instants(const cJSON *o, struct expiry_record *r, char *why)
{
	const char *end;

	if (!json_num(o, "at", &r->at))
		return record_fail(why, "at", "missing or not a number");
	if (!(r->at >= 0 && r->at <= NUM_EPOCH_MAX))
		return record_fail(why, "at", "not an instant");
	if (!text(o, "expires_at", false, &end, why))
		return false;
	r->expires_at = 0;
	if (end && !clock_rfc3339_parse(end, &r->expires_at))
		return record_fail(why, "expires_at", "not an RFC 3339 instant");
	if (r->expires_at < 0)
		return record_fail(why, "expires_at", "before 1970");
	return r->expires_at || r->status >= EXPIRY_EXPIRED ||
		record_fail(why, "expires_at", "missing");
}

bool expiry_take(const cJSON *doc, struct expiry_record *r, char *why)
{
	*r = (struct expiry_record) {0};
	return read_names(doc, r, why) && within(doc, r, why) &&
		instants(doc, r, why) &&
		text(doc, "url", false, &r->url, why) &&
		text(doc, "issuer", false, &r->issuer, why) &&
		text(doc, "message", false, &r->message, why);
}
