#include "commands/buckets.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "commands/replay.h"
#include "json/json.h"
#include "offline/collect.h"
#include "options.h"
#include "rule/bucket.h"
#include "store/load.h"
#include "store/setup.h"
#include "store/store.h"
#include "verdict_line.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How many servers are read from the store at once. */
#define GROUP 100

struct audit {
	double as_of;
	const char **slugs; /* by name, of n servers */
	enum bucket *buckets;
	size_t n;
	size_t counts[BUCKETS];
};

static void audit_init(struct audit *a, double as_of, size_t n)
{
	*a = (struct audit) {.as_of = as_of};
	a->slugs = xcalloc(n, sizeof *a->slugs);
	a->buckets = xcalloc(n, sizeof *a->buckets);
}

static void audit_release(struct audit *a)
{
	free(a->slugs);
	free(a->buckets);
}

static void audit_add(struct audit *a, const char *slug, enum bucket b)
{
	a->slugs[a->n] = slug;
	a->buckets[a->n++] = b;
	a->counts[b]++;
}

static void put_text(struct buf *b, const struct audit *a)
{
	unsigned tenths[BUCKETS];

	bucket_shares(a->counts, tenths);
	for (int i = 0; i < BUCKETS; i++)
		buf_fmt(b, "%-25s  %7zu  %3u.%u %%\n",
			bucket_title((enum bucket)i), a->counts[i],
			tenths[i] / 10, tenths[i] % 10);
	buf_fmt(b, "%-25s  %7zu  100.0 %%\n", "servers", a->n);
	for (int i = 0; i < BUCKETS; i++) {
		if (!a->counts[i])
			continue;
		buf_fmt(b, "\n%s\n", bucket_title((enum bucket)i));
		for (size_t k = 0; k < a->n; k++)
			if ((int)a->buckets[k] == i)
				buf_fmt(b, "  %s\n", a->slugs[k]);
	}
}

static void put_json(struct buf *b, const struct audit *a)
{
	char as_of[CLOCK_RFC3339];
	unsigned tenths[BUCKETS];

	bucket_shares(a->counts, tenths);
	clock_rfc3339((int64_t)a->as_of, as_of);
	buf_fmt(b, "{\"v\":1,\"type\":\"buckets\",\"as_of\":\"%s\","
		   "\"servers\":%zu,\"buckets\":[",
		as_of, a->n);
	for (int i = 0; i < BUCKETS; i++) {
		const char *sep = "";

		buf_fmt(b, "%s{\"bucket\":\"%s\",\"count\":%zu,"
			   "\"share\":%u.%u,\"slugs\":[",
			i ? "," : "", bucket_name((enum bucket)i),
			a->counts[i], tenths[i] / 10, tenths[i] % 10);
		for (size_t k = 0; k < a->n; k++) {
			if ((int)a->buckets[k] != i)
				continue;
			buf_str(b, sep);
			json_put_str(b, a->slugs[k]);
			sep = ",";
		}
		buf_str(b, "]}");
	}
	buf_str(b, "]}\n");
}

static int write_audit(const struct command *cmd, const struct audit *a)
{
	struct buf b;
	int failed;

	/* A slug takes 3 bytes more than its own in either form. */
	buf_init(&b, 4096 + a->n * (SLUG_MAX + 3));
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
	audit_init(&a, now, n);
	for (size_t i = 0; i < n; i++) {
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
	rc = write_audit(cmd, &a);
	audit_release(&a);
	return rc;
}

/* Judge one server; `found` is what the store holds of it, or NULL. */
static void place_stored(struct audit *a, const struct fleet_server *s,
	const struct server *found)
{
	struct verdict_input in = {.slug = s->slug,
		.now = a->as_of,
		.expected = s->regions,
		.n_expected = s->n_regions};
	const char **ever = NULL;

	if (found) {
		in.regions = found->regions;
		in.n_regions = found->n_regions;
	}
	if (!in.n_expected) {
		ever = xcalloc(in.n_regions, sizeof *ever);
		for (size_t i = 0; i < in.n_regions; i++)
			ever[i] = in.regions[i].name;
		in.expected = ever;
		in.n_expected = in.n_regions;
	}
	audit_add(a, s->slug, bucket_decide(&s->rule, &in));
	free(ever);
}

static int by_slug(const void *key, const void *element)
{
	const struct server *s = element;

	return strcmp(key, s->slug);
}

static int place_group(struct audit *a, struct store *s,
	const struct fleet_server *group, size_t n)
{
	struct collect *c = collect_new();
	const char *slugs[GROUP];
	struct loaded loaded[GROUP];
	struct server *servers;
	size_t found;
	int rc;

	for (size_t i = 0; i < n; i++)
		slugs[i] = group[i].slug;
	rc = load_servers(s, c, slugs, n, NAN, loaded);
	if (!rc) {
		collect_finish(c);
		servers = collect_servers(c, &found);
		for (size_t i = 0; i < n; i++)
			place_stored(a, &group[i],
				found ? bsearch(slugs[i], servers, found,
						sizeof *servers, by_slug)
				      : NULL);
		load_release(loaded, n);
	}
	collect_free(c);
	return rc;
}

static int place_fleet(const struct command *cmd, struct store *s,
	const struct fleet *f)
{
	struct audit a;
	int rc = 0;

	audit_init(&a, clock_wall(), f->n);
	for (size_t i = 0; i < f->n && !rc; i += GROUP)
		rc = place_group(&a, s, &f->servers[i],
			f->n - i < GROUP ? f->n - i : GROUP);
	rc = rc ? EXIT_ENV : write_audit(cmd, &a);
	audit_release(&a);
	return rc;
}
int buckets_stored(const struct command *cmd)
{
	struct setup s;
	struct fleet f;
	int rc = setup_open(&s, cmd);

	if (!rc && setup_fleet(&s, NULL, &f))
		rc = EXIT_ENV;
	if (!rc) {
		rc = f.n ? place_fleet(cmd, s.store, &f)
			 : setup_no_server(&s, NULL);
		fleet_release(&f);
	}
	setup_close(&s);
	return rc;
}
