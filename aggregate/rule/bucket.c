/* SPDX-License-Identifier: MIT */
#include "rule/bucket.h"

#include "base/strings.h"
#include "json/json.h"
#include "rule/failure_run.h"
#include "terms/names.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *name, *title;
} names[BUCKETS] = {
	[BUCKET_HEALTHY] = {"healthy", "healthy"},
	[BUCKET_DRIFTING] = {"healthy-with-drift", "healthy with drift"},
	[BUCKET_DEGRADED] = {"regionally-degraded", "regionally degraded"},
	[BUCKET_UP] = {"regionally-up", "regionally up"},
	[BUCKET_WALLED] = {"auth-walled", "auth-walled"},
	[BUCKET_DEAD] = {"transport-dead", "transport dead"},
	[BUCKET_BROKEN] = {"mcp-broken", "HTTP alive but MCP broken"},
	[BUCKET_MALFORMED] = {"schema-malformed", "schema malformed"},
	[BUCKET_NO_DATA] = {"no-data", "no data"},
};

const char *bucket_name(enum bucket b)
{
	return names[b].name;
}

const char *bucket_title(enum bucket b)
{
	return names[b].title;
}

/* The health of a server by one region, the best first. */
enum health {
	HEALTH_UP,
	HEALTH_WALLED,
	HEALTH_MALFORMED,
	HEALTH_BROKEN,
	HEALTH_DEAD
};
#define HEALTHS (HEALTH_DEAD + 1)

/*
 * The bucket of a region that fails, by the first row that fits. A code that ends in
 * '.' stands for all that begin with it, an empty one for all.
 */
static const struct {
	enum step from, to;
	const char *code;
	enum health health;
} failures[] = {
	{STEP_DNS, STEP_TLS, "", HEALTH_DEAD},
	{STEP_DNS, STEP_TOOL_HASH, "dns.", HEALTH_DEAD},
	{STEP_DNS, STEP_TOOL_HASH, "tcp.", HEALTH_DEAD},
	{STEP_DNS, STEP_TOOL_HASH, "tls.", HEALTH_DEAD},
	/* Only up to here: at a later step HTTP has answered before. */
	{STEP_DNS, STEP_INITIALIZE, "proxy", HEALTH_DEAD},
	{STEP_DNS, STEP_INITIALIZE, "deadline", HEALTH_DEAD},
	{STEP_DNS, STEP_INITIALIZE, "http.empty", HEALTH_DEAD},
	{STEP_DNS, STEP_INITIALIZE, "http.malformed", HEALTH_DEAD},
	/* The wall stands; it is our credential that does not open it. */
	{STEP_AUTH_INITIALIZE, STEP_TOOLS_CALL, "auth.", HEALTH_WALLED},
	{STEP_AUTH_INITIALIZE, STEP_TOOLS_CALL, "oauth.", HEALTH_WALLED},
	{STEP_DNS, STEP_TOOL_HASH, "mcp.member", HEALTH_MALFORMED},
	{STEP_DNS, STEP_TOOL_HASH, "mcp.tool-name", HEALTH_MALFORMED},
	{STEP_DNS, STEP_TOOL_HASH, "mcp.tool-schema", HEALTH_MALFORMED},
	{STEP_DNS, STEP_TOOL_HASH, "mcp.duplicate-tool", HEALTH_MALFORMED},
	{STEP_DNS, STEP_TOOL_HASH, "tool.header", HEALTH_MALFORMED},
	{STEP_DNS, STEP_TOOL_HASH, "hash.not-i-json", HEALTH_MALFORMED},
	/*
	 * All that a client needs works; its tools changed, see look_at_tools.
	 */
	{STEP_TOOL_HASH, STEP_TOOL_HASH, "hash.pinned", HEALTH_UP},
	/* This one fits all failures. */
	{STEP_DNS, STEP_TOOL_HASH, "", HEALTH_BROKEN},
};
#define FAILURES (sizeof failures / sizeof *failures)

static bool fits(const char *pattern, const char *code)
{
	size_t n = strlen(pattern);

	if (n && pattern[n - 1] != '.')
		return strcmp(pattern, code) == 0;
	return strncmp(pattern, code, n) == 0;
}

static enum health health_of(const struct probe *p)
{
	const char *code = p->error ? p->error : "";
	size_t i = 0;

	if (!p->failed_step)
		return p->state == STATE_AUTH_WALLED ? HEALTH_WALLED
						     : HEALTH_UP;
	while (i < FAILURES - 1 && !(p->failed_step >= failures[i].from &&
		p->failed_step <= failures[i].to &&
		fits(failures[i].code, code)))
		i++;
	return failures[i].health;
}

/*
 * The probe by which a region is judged; NULL where it does not report, or only
 * got answers of 429.
 */
static const struct probe *judged(const struct rule *rule,
	const struct region_history *h, double now)
{
	struct failure_run r = failure_run_judge(rule, h, now);

	if (!r.reports)
		return NULL;
	for (const struct probe *p = r.newest + 1; p-- > h->probes;)
		if (p->started_at > now - rule->lookback_s &&
			!failure_throttled(p->failed_step, p->error))
			return p;
	return NULL;
}

/* The hash that was seen first, of each era. */
struct tools_seen {
	const char *hash[ERA_SSE + 1];
	bool changed;
};

static void look_at_tools(const struct region_history *h,
	const struct probe *last, struct tools_seen *seen)
{
	const struct probe *before = NULL;

	for (const struct probe *p = h->probes; p <= last; p++) {
		const char **first = &seen->hash[p->era];

		if (fits("hash.pinned", p->error ? p->error : ""))
			seen->changed = true;
		if (!p->tools)
			continue;
		if (before && before->era != p->era)
			seen->changed = true;
		if (!*first)
			*first = p->tools->hash;
		else if (strcmp(*first, p->tools->hash) != 0)
			seen->changed = true;
		before = p;
	}
}

/* No region is up or auth-walled: the result of most, of equals the best. */
static enum bucket worst(const size_t n[HEALTHS])
{
	static const enum bucket of[HEALTHS] = {
		[HEALTH_MALFORMED] = BUCKET_MALFORMED,
		[HEALTH_BROKEN] = BUCKET_BROKEN,
		[HEALTH_DEAD] = BUCKET_DEAD,
	};
	int most = HEALTH_MALFORMED;

	for (int i = HEALTH_BROKEN; i < HEALTHS; i++)
		if (n[i] > n[most])
			most = i;
	return of[most];
}

enum bucket bucket_decide(const struct rule *rule,
	const struct verdict_input *in)
{
	struct tools_seen seen = {.changed = false};
	size_t n[HEALTHS] = {0}, say = 0, quorum = (size_t)rule->quorum;
	enum health best;

	for (size_t i = 0; i < in->n_regions; i++) {
		const struct region_history *h = &in->regions[i];
		const struct probe *p = strings_among(in->expected,
						in->n_expected, h->name)
			? judged(rule, h, in->now)
			: NULL;

		if (!p)
			continue;
		say++;
		n[health_of(p)]++;
		look_at_tools(h, p, &seen);
	}
	if (quorum > in->n_expected)
		quorum = in->n_expected;
	if (!say || say < quorum)
		return BUCKET_NO_DATA;
	best = n[HEALTH_UP] ? HEALTH_UP : HEALTH_WALLED;
	if (!n[best])
		return worst(n);
	if (n[best] < say)
		return 2 * n[best] >= say ? BUCKET_DEGRADED : BUCKET_UP;
	if (best == HEALTH_WALLED)
		return BUCKET_WALLED;
	return seen.changed ? BUCKET_DRIFTING : BUCKET_HEALTHY;
}

void bucket_shares(const size_t counts[BUCKETS], unsigned tenths[BUCKETS])
{
	uint64_t rest[BUCKETS], total = 0;
	unsigned missing = 1000;

	for (int i = 0; i < BUCKETS; i++)
		total += counts[i];
	for (int i = 0; i < BUCKETS; i++) {
		uint64_t scaled = (uint64_t)counts[i] * 1000;

		tenths[i] = total ? (unsigned)(scaled / total) : 0;
		rest[i] = total ? scaled % total : 0;
		missing -= tenths[i];
	}
	for (; total && missing; missing--) {
		int most = 0;

		for (int i = 1; i < BUCKETS; i++)
			if (rest[i] > rest[most])
				most = i;
		tenths[most]++;
		rest[most] = 0;
	}
}

/* ---- Walls. */

static const char *const wall_names[WALLS] = {
	[WALL_OAUTH] = "oauth",
	[WALL_BEARER] = "bearer",
	[WALL_SCHEME] = "other-scheme",
	[WALL_CERTIFICATE] = "certificate",
	[WALL_TOOLS] = "tools-only",
	[WALL_UNKNOWN] = "unknown",
};

const char *wall_name(enum wall w)
{
	return wall_names[w];
}

/* The kind of wall by the answer to the first request. */
static enum wall of_answer(const cJSON *detail)
{
	const char *challenge = json_str(detail, "www_authenticate");
	double status;

	if (challenge)
		return strncasecmp(challenge, "bearer", 6) == 0 ? WALL_BEARER
								: WALL_SCHEME;
	if (json_get(detail, "server"))
		return WALL_TOOLS;
	/* Without a certificate there is no connection, or no good answer. */
	if (!json_num(detail, "http_status", &status))
		return json_get(detail, "address") ? WALL_CERTIFICATE
						   : WALL_UNKNOWN;
	return status == 401 || status < 300 ? WALL_SCHEME : WALL_CERTIFICATE;
}

enum wall wall_seen(const struct record *r)
{
	const struct step_record *s = &r->u.step;
	enum wall wall;
	char why[JSON_WHY];
	cJSON *detail;

	if (r->type != RECORD_STEP || s->status != STATUS_PASS)
		return WALL_UNKNOWN;
	if (s->step == STEP_OAUTH_DISCOVERY)
		return WALL_OAUTH;
	if (s->step != STEP_INITIALIZE || !s->detail)
		return WALL_UNKNOWN;
	detail = json_parse(s->detail, strlen(s->detail), &json_record, why);
	wall = detail ? of_answer(detail) : WALL_UNKNOWN;
	cJSON_Delete(detail);
	return wall;
}
