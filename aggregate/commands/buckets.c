/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/files.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "histories/collect.h"
#include "json/json.h"
#include "judge/fleet.h"
#include "options.h"
#include "rule/bucket.h"
#include "store/load.h"
#include "store/store.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The largest earlier audit: what a million servers take. */
#define BEFORE_MAX ((size_t)128 * 1024 * 1024)
/* In place of a bucket, for a server that an audit does not have. */
#define NOWHERE BUCKETS

/* A server of the earlier audit. */
struct placed {
	const char *slug; /* of the document */
	int bucket;
	bool found; /* in the later audit, too */
};

/* The earlier audit that --since names; doc is NULL if none is named. */
struct before {
	cJSON *doc;
	char as_of[CLOCK_RFC3339];
	struct placed *v; /* by slug, n of them */
	size_t n;
	size_t counts[BUCKETS];
};

struct audit {
	const struct fleet *fleet; /* of a store */
	double as_of;
	struct before before;
	const char **slugs; /* by name, of n servers */
	enum bucket *buckets;
	size_t n;
	size_t counts[BUCKETS];
};

static const struct json_limits before_limits = {
	.depth = 8, .values = BEFORE_MAX, .i_json = true};

/* Which bucket has that name; NOWHERE where none has. */
static int bucket_named(const char *name)
{
	int b = 0;

	while (b < BUCKETS && strcmp(bucket_name((enum bucket)b), name) != 0)
		b++;
	return b;
}

/* Take the servers of one bucket of the document. False where it has none. */
static bool take_bucket(struct before *b, const cJSON *o, size_t *cap)
{
	const char *name = json_str(o, "bucket");
	const cJSON *slugs = json_get(o, "slugs"), *slug;
	int bucket = name ? bucket_named(name) : NOWHERE;

	if (bucket == NOWHERE || !cJSON_IsArray(slugs))
		return false;
	cJSON_ArrayForEach(slug, slugs)
	{
		if (!cJSON_IsString(slug) || !slug_valid(slug->valuestring))
			return false;
		b->v = xgrow(b->v, cap, b->n + 1, sizeof *b->v);
		b->v[b->n++] = (struct placed) {
			.slug = slug->valuestring, .bucket = bucket};
		b->counts[bucket]++;
	}
	return true;
}

/* Why the document is no audit; NULL where it is one, and has been taken. */
static const char *take_before(struct before *b)
{
	const char *type = json_str(b->doc, "type");
	const char *as_of = json_str(b->doc, "as_of");
	const cJSON *list = json_get(b->doc, "buckets"), *o;
	size_t cap = 0;
	int64_t t;
	double v;

	if (!type || strcmp(type, "buckets") != 0 ||
		!json_num(b->doc, "v", &v) || v != 1)
		return "not JSON from buckets";
	if (!as_of || !clock_rfc3339_parse(as_of, &t))
		return "as_of is not a time";
	clock_rfc3339(t, b->as_of);
	cJSON_ArrayForEach(o, list)
	{
		if (!take_bucket(b, o, &cap))
			return "contains an invalid bucket";
	}
	if (b->n)
		qsort(b->v, b->n, sizeof *b->v, strings_order);
	for (size_t i = 1; i < b->n; i++)
		if (strcmp(b->v[i - 1].slug, b->v[i].slug) == 0)
			return "a server is in two buckets";
	return NULL;
}

/* Read the earlier audit. -1 where it is none, and the operator was told. */
static int before_read(struct before *b, const char *path)
{
	char reason[JSON_WHY];
	const char *why = reason;
	struct buf text;

	buf_init(&text, BEFORE_MAX);
	if (file_whole(&text, path)) {
		why = strerror(errno);
	} else if (!buf_ok(&text)) {
		why = strerror(EFBIG);
	} else {
		b->doc = json_parse(text.p, text.len, &before_limits, reason);
		if (b->doc)
			why = take_before(b);
	}
	buf_release(&text);
	if (why)
		log_error("--since: %s: %s", path, why);
	return why ? -1 : 0;
}

static int audit_init(struct audit *a, const struct command *cmd, double as_of,
	size_t n)
{
	*a = (struct audit) {.as_of = as_of};
	a->slugs = xcalloc(n, sizeof *a->slugs);
	a->buckets = xcalloc(n, sizeof *a->buckets);
	return cmd->since ? before_read(&a->before, cmd->since) : 0;
}

static void audit_release(struct audit *a)
{
	cJSON_Delete(a->before.doc);
	free(a->before.v);
	free(a->slugs);
	free(a->buckets);
}

static void audit_add(struct audit *a, const char *slug, enum bucket b)
{
	a->slugs[a->n] = slug;
	a->buckets[a->n++] = b;
	a->counts[b]++;
}

/* A server that moved between the audits, or that only one of them has. */
struct move {
	const char *slug;
	int from, to; /* buckets, or NOWHERE */
};

/* By where it was, where it is, and its name; NOWHERE is last. */
static int compare_moves(const void *a, const void *b)
{
	const struct move *x = a, *y = b;

	return x->from != y->from ? x->from - y->from
	       : x->to != y->to	  ? x->to - y->to
				  : strcmp(x->slug, y->slug);
}

/* The servers that moved since the earlier audit, *n; free them. */
static struct move *find_moves(struct audit *a, size_t *n)
{
	struct before *was = &a->before;
	struct move *moves = xcalloc(a->n + was->n, sizeof *moves);

	*n = 0;
	for (size_t i = 0; i < a->n; i++) {
		struct placed key = {.slug = a->slugs[i]}, *p = NULL;
		int to = (int)a->buckets[i];

		if (was->n)
			p = bsearch(&key, was->v, was->n, sizeof key,
				strings_order);
		if (p)
			p->found = true;
		if (!p || p->bucket != to)
			moves[(*n)++] = (struct move) {
				a->slugs[i], p ? p->bucket : NOWHERE, to};
	}
	for (size_t i = 0; i < was->n; i++)
		if (!was->v[i].found)
			moves[(*n)++] = (struct move) {
				was->v[i].slug, was->v[i].bucket, NOWHERE};
	if (*n)
		qsort(moves, *n, sizeof *moves, compare_moves);
	return moves;
}

static void put_moves_text(struct buf *b, struct audit *a)
{
	size_t n;
	struct move *moves = find_moves(a, &n);

	for (size_t i = 0; i < n; i++) {
		const struct move *m = &moves[i];

		if (i == 0 || m->from != m[-1].from || m->to != m[-1].to)
			buf_fmt(b, "\n%s, was %s\n",
				m->to == NOWHERE
					? "not listed"
					: bucket_title((enum bucket)m->to),
				m->from == NOWHERE
					? "not listed"
					: bucket_title((enum bucket)m->from));
		buf_fmt(b, "  %s\n", m->slug);
	}
	free(moves);
}

/* A line of the table; with an earlier audit, the difference to it, too. */
static void put_row(struct buf *b, const struct audit *a, const char *title,
	size_t n, unsigned tenths, size_t before)
{
	buf_fmt(b, "%-25s  %7zu  %3u.%u %%", title, n, tenths / 10,
		tenths % 10);
	if (a->before.doc)
		buf_fmt(b, "  %+7lld", (long long)n - (long long)before);
	buf_str(b, "\n");
}

static void put_text(struct buf *b, struct audit *a)
{
	unsigned tenths[BUCKETS];

	bucket_shares(a->counts, tenths);
	if (a->before.doc)
		buf_fmt(b, "since %s\n\n", a->before.as_of);
	for (int i = 0; i < BUCKETS; i++)
		put_row(b, a, bucket_title((enum bucket)i), a->counts[i],
			tenths[i], a->before.counts[i]);
	put_row(b, a, "servers", a->n, 1000, a->before.n);
	if (a->before.doc) {
		put_moves_text(b, a);
		return;
	}
	for (int i = 0; i < BUCKETS; i++) {
		if (!a->counts[i])
			continue;
		buf_fmt(b, "\n%s\n", bucket_title((enum bucket)i));
		for (size_t k = 0; k < a->n; k++)
			if ((int)a->buckets[k] == i)
				buf_fmt(b, "  %s\n", a->slugs[k]);
	}
}

static const char *bucket_or_null(int bucket)
{
	return bucket == NOWHERE ? NULL : bucket_name((enum bucket)bucket);
}

static void put_moves_json(struct buf *b, struct audit *a)
{
	size_t n;
	struct move *moves = find_moves(a, &n);

	json_fmt(b, ",'since':%s,'moved':[", a->before.as_of);
	for (size_t i = 0; i < n; i++) {
		const struct move *m = &moves[i];
		bool first = i == 0 || m->from != m[-1].from ||
			     m->to != m[-1].to;

		if (first && i)
			buf_str(b, "]}");
		if (first)
			json_fmt(b, ",{'from':%s,'to':%s,'slugs':[",
				bucket_or_null(m->from), bucket_or_null(m->to));
		json_fmt(b, ",%s", m->slug);
	}
	buf_str(b, n ? "]}]" : "]");
	free(moves);
}

static void put_json(struct buf *b, struct audit *a)
{
	char as_of[CLOCK_RFC3339];
	unsigned tenths[BUCKETS];

	bucket_shares(a->counts, tenths);
	clock_rfc3339((int64_t)a->as_of, as_of);
	json_fmt(b, "{'v':1,'type':'buckets','as_of':%s,'servers':%zu,"
		    "'buckets':[",
		as_of, a->n);
	for (int i = 0; i < BUCKETS; i++) {
		json_fmt(b, ",{'bucket':%s,'count':%zu,'share':%u.%u,"
			    "'slugs':[",
			bucket_name((enum bucket)i), a->counts[i],
			tenths[i] / 10, tenths[i] % 10);
		for (size_t k = 0; k < a->n; k++)
			if ((int)a->buckets[k] == i)
				json_fmt(b, ",%s", a->slugs[k]);
		buf_str(b, "]");
		if (a->before.doc)
			json_fmt(b, ",'before':%zu", a->before.counts[i]);
		buf_str(b, "}");
	}
	buf_str(b, "]");
	if (a->before.doc)
		put_moves_json(b, a);
	buf_str(b, "}\n");
}

static int write_audit(const struct command *cmd, struct audit *a)
{
	struct buf b;
	int failed;

	/* A slug takes 3 bytes more than its own in either form; one that moved
	   stands there twice. */
	buf_init(&b, 16384 + (2 * a->n + a->before.n) * (SLUG_MAX + 3));
	if (output_choose(cmd->format).text)
		put_text(&b, a);
	else
		put_json(&b, a);
	failed = line_print(b.p, b.len);
	buf_release(&b);
	return failed ? EXIT_ENV : EXIT_GOOD;
}

/*
 * All records count, however old: when regions probe a long list one after the
 * other, their probes are far apart in time.
 */
int buckets_collected(const struct command *cmd, struct collect *c)
{
	struct rule rule = rule_default(60);
	struct server *servers;
	struct audit a;
	size_t n;
	double now;
	int rc;

	servers = collect_servers(c, &n);
	if (!n || !collect_newest(c, &now)) {
		log_error("no probe records on standard input");
		return EXIT_USAGE;
	}
	rule.lookback_s = rule.ahead_s = INFINITY;
	rc = audit_init(&a, cmd, now, n) ? EXIT_USAGE : EXIT_GOOD;
	for (size_t i = 0; i < n && rc == EXIT_GOOD; i++) {
		struct verdict_input in = {.slug = servers[i].slug,
			.now = now,
			.regions = servers[i].regions,
			.n_regions = servers[i].n_regions};
		const char **expected =
			judge_expected(cmd, c, &servers[i], &in.n_expected);

		in.expected = expected;
		audit_add(&a, in.slug, bucket_decide(&rule, &in));
		free(expected);
	}
	if (rc == EXIT_GOOD)
		rc = write_audit(cmd, &a);
	audit_release(&a);
	return rc;
}

static int place_group(void *arg, size_t first, const struct load_group *g)
{
	struct audit *a = arg;

	for (size_t i = 0; i < g->n; i++) {
		const struct fleet_server server = fleet_at(a->fleet, first + i);

		audit_add(a, server.slug,
			fleet_bucket(&server, g->v[i].found, a->as_of));
	}
	return 0;
}

static int place_fleet(const struct command *cmd, struct store *s,
	const struct fleet *f)
{
	struct audit a;
	int rc;

	if (audit_init(&a, cmd, clock_wall(), f->n)) {
		audit_release(&a);
		return EXIT_USAGE;
	}
	a.fleet = f;
	rc = fleet_each(f, s, NAN, place_group, &a) ? EXIT_ENV
						    : write_audit(cmd, &a);
	audit_release(&a);
	return rc;
}

int buckets_stored(const struct command *cmd)
{
	struct setup s;
	struct fleet f;
	int rc = setup_open_fleet(&s, cmd, NULL, &f);

	if (!rc)
		rc = place_fleet(cmd, s.store, &f);
	fleet_release(&f);
	setup_close(&s);
	return rc;
}
