/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/stats.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "figures/figures.h"
#include "histories/collect.h"
#include "options.h"
#include "rule/drift.h"
#include "rule/isolation.h"
#include "rule/verdict.h"
#include "words/words.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One wrong instant must not make a replay of centuries. */
#define REPLAY_DAYS_MAX 400

/* Verdicts are written when they are this many bytes, and at the end. */
#define WRITE_BYTES (64 * 1024)

/* A server to be judged, and the regions that should report on it. */
struct judged {
	struct server *server;
	const char **expected;
	size_t n_expected;
	struct rates *rates;
	double churn_since; /* from the verdict before; 0: no churn */
};

struct judge {
	struct rule rule;
	struct rule before;  /* where there is a policy: the rule without it */
	const char *policy;  /* or NULL */
	struct comparison *differences; /* with a policy: of each server */
	struct buf out;
	struct judged *servers; /* by slug */
	size_t n;
	struct isolation *isolation; /* changed the histories */
	struct server unheard; /* --slug, where only its runners are known */
	struct output output;
	bool red; /* the last verdict */
	bool now;    /* "verdict -": as of one instant */
	bool broken; /* by its only region: see broken_alone */
};

static struct rule rule_of(const struct command *cmd)
{
	struct rule r = rule_default(isnan(cmd->interval) ? 60 : cmd->interval);

	if (!isnan(cmd->lookback))
		r.lookback_s = cmd->lookback;
	if (!isnan(cmd->tolerance))
		r.tolerance_s = cmd->tolerance;
	return r;
}

const char **judge_expected(const struct command *cmd, const struct collect *c,
	const struct server *s, size_t *n_expected)
{
	size_t n_runners, n = 0;
	const char *const *runners = collect_runners(c, &n_runners);
	const char **expected = xcalloc(
		cmd->n_regions + s->n_regions + n_runners, sizeof *expected);

	*n_expected = 0;
	for (size_t i = 0; i < cmd->n_regions; i++)
		expected[(*n_expected)++] = cmd->regions[i];
	if (cmd->regions)
		return expected;
	for (size_t i = 0; i < s->n_regions; i++)
		expected[n++] = s->regions[i].name;
	for (size_t i = 0; i < n_runners; i++)
		expected[n++] = runners[i];
	if (n)
		qsort(expected, n, sizeof *expected, strings_order);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(expected[i], expected[i - 1]) != 0)
			expected[(*n_expected)++] = expected[i];
	return expected;
}

struct isolation *judge_isolate(struct collect *c, const struct rule *rule)
{
	struct isolation *found = isolation_new();
	size_t n, n_canaries;
	struct server *servers = collect_servers(c, &n);
	const struct canary_report *r = collect_canaries(c, &n_canaries);

	for (size_t i = 0; i < n; i++)
		isolation_add(found, servers[i].url, servers[i].regions,
			servers[i].n_regions);
	for (size_t i = 0; i < n_canaries; i++)
		isolation_canaries(found, r[i].region, r[i].at,
			(size_t)r[i].answered, (size_t)r[i].failed);
	isolation_cut(found, rule);
	return found;
}

static void add_server(struct judge *j, const struct command *cmd,
	const struct collect *c, struct server *server)
{
	struct judged *s = &j->servers[j->n++];

	*s = (struct judged) {.server = server,
		.rates = rates_new(server->regions, server->n_regions)};
	s->expected = judge_expected(cmd, c, server, &s->n_expected);
}

/* Say which server or region was not found, and where. */
static void say_nothing(const struct command *cmd, size_t n_runners)
{
	bool piped = strcmp(cmd->input, "-") == 0;

	log_error("no %srecords%s%s on %s", n_runners ? "probe " : "",
		cmd->slug ? " of " : "", cmd->slug ? cmd->slug : "",
		piped ? "standard input" : cmd->input);
}

/*
 * Find the servers to judge. -1 where there is none, which is logged.
 */
static int judge_init(struct judge *j, const struct command *cmd,
	struct collect *c)
{
	size_t n, n_runners;
	struct server *servers = collect_servers(c, &n);

	collect_runners(c, &n_runners);
	*j = (struct judge) {
		.rule = rule_of(cmd), .output = output_choose(cmd->format)};
	buf_init(&j->out, WRITE_BYTES + 4 * LINE_MAX_BYTES);
	j->isolation = judge_isolate(c, &j->rule);
	j->servers = xcalloc(n + 1, sizeof *j->servers);
	for (size_t i = 0; i < n; i++)
		if (!cmd->slug || strcmp(cmd->slug, servers[i].slug) == 0)
			add_server(j, cmd, c, &servers[i]);
	if (!j->n && cmd->slug && n_runners) {
		j->unheard = (struct server) {.slug = cmd->slug};
		add_server(j, cmd, c, &j->unheard);
	}
	if (!j->n)
		say_nothing(cmd, n_runners);
	return j->n ? 0 : -1;
}

static void judge_release(struct judge *j)
{
	for (size_t i = 0; i < j->n; i++) {
		free(j->servers[i].expected);
		rates_free(j->servers[i].rates);
	}
	free(j->servers);
	free(j->differences);
	isolation_free(j->isolation);
	buf_release(&j->out);
}

static int write_out(struct buf *b, int fd, const char *name)
{
	int failed = line_write(fd, b->p, b->len);

	if (failed)
		log_error("%s: %s", name, strerror(errno));
	buf_clear(b);
	return failed;
}

/*
 * Whether the input has one region in all, and it finds the server broken: for
 * the rule a warning until it lasts, but who asks once asks for this answer.
 */
static bool broken_alone(const struct judge *j, const struct server *s,
	const struct verdict *v)
{
	return j->now && v->verdict == VERDICT_AMBER && v->expected == 1 &&
		s->n_regions == 1 && v->n_regions == 1 &&
		v->regions[0].failed_step != STEP_NONE;
}

/* Why the newest probe of the only region failed, or NULL. */
static const char *message_of(const struct server *s, const struct verdict *v)
{
	bool newest = s->message_at >= v->regions[0].started_at;

	return newest ? s->message : NULL;
}

/* In JSON the record says what the rule says: tell the operator, too. */
static void tell_broken(const struct judge *j, const struct server *s,
	const struct verdict *v)
{
	struct buf b;

	if (j->output.text || j->n != 1)
		return;
	buf_init(&b, LINE_MAX_BYTES);
	put_broken(&b, v, message_of(s, v));
	log_error("%s is broken %s", v->slug, b.p);
	buf_release(&b);
}

static int emit(struct judge *j, const struct server *s,
	const struct verdict *v, bool dated)
{
	char as_of[CLOCK_RFC3339];

	stats_add(COUNT_VERDICTS, 1);
	j->broken = broken_alone(j, s, v);
	if (j->broken)
		tell_broken(j, s, v);
	if (j->output.text && j->broken) {
		show_broken(&j->out, v, message_of(s, v),
			j->output.colour);
	} else if (j->output.text) {
		clock_rfc3339(v->window, as_of);
		if (dated)
			buf_fmt(&j->out, "%s  ", as_of);
		show_verdict(&j->out, v, j->output.colour);
	} else {
		verdict_write(&j->out, v);
	}
	if (j->out.len < WRITE_BYTES)
		return 0;
	return write_out(&j->out, STDOUT_FILENO, "standard output");
}

static struct verdict decide(const struct rule *rule, const struct judged *s,
	double now)
{
	return verdict_decide(rule,
		&(struct verdict_input) {
			.slug = s->server->slug,
			.url = s->server->url,
			.now = now,
			.expected = s->expected,
			.n_expected = s->n_expected,
			.regions = s->server->regions,
			.n_regions = s->server->n_regions,
			.churn_since = s->churn_since,
		});
}

/* Judge one server; the next verdict compares tools with what this one saw. */
static int judge_one(struct judge *j, struct judged *s, double now, bool dated)
{
	struct verdict v = decide(&j->rule, s, now);
	struct figures f = rates_at(s->rates, now);
	int failed;

	figures_put(&v, &f);
	failed = emit(j, s->server, &v, dated);
	if (j->policy) {
		struct verdict before = decide(&j->before, s, now);

		comparison_add(&j->differences[s - j->servers], &before, &v);
		verdict_release(&before);
	}
	for (size_t i = 0; i < s->server->n_regions; i++)
		drift_saw(&s->server->regions[i], now + j->rule.ahead_s);
	s->churn_since = v.tool_churn.since;
	j->red = v.verdict == VERDICT_RED;
	verdict_release(&v);
	return failed;
}

static int judge_all(struct judge *j, double now, bool dated)
{
	for (size_t i = 0; i < j->n; i++)
		if (judge_one(j, &j->servers[i], now, dated))
			return -1;
	return 0;
}

static int status(struct judge *j, int failed)
{
	if (failed || write_out(&j->out, STDOUT_FILENO, "standard output"))
		return EXIT_ENV;
	return j->n == 1 && (j->red || j->broken) ? EXIT_NEWS : EXIT_GOOD;
}

int judge_now(const struct command *cmd, struct collect *c)
{
	struct judge j;
	double now;
	int result = EXIT_USAGE;

	if (judge_init(&j, cmd, c) == 0) {
		j.now = true;
		collect_newest(c, &now);
		if (!isnan(cmd->now))
			now = cmd->now;
		result = status(&j, judge_all(&j, now, false));
	}
	judge_release(&j);
	return result;
}

/* The minutes of the first and the last probe. False where there is none. */
static bool minutes(const struct judge *j, int64_t *first, int64_t *last)
{
	double from = INFINITY, to = -INFINITY;

	for (size_t i = 0; i < j->n; i++) {
		const struct server *s = j->servers[i].server;

		for (size_t k = 0; k < s->n_regions; k++) {
			const struct region_history *h = &s->regions[k];

			if (h->n) {
				from = fmin(from, h->probes[0].started_at);
				to = fmax(to, h->probes[h->n - 1].started_at);
			}
			if (h->n_cut) {
				from = fmin(from, h->cut[0]);
				to = fmax(to, h->cut[h->n_cut - 1]);
			}
		}
	}
	if (from > to)
		return false;
	*first = clock_window(from);
	*last = clock_window(to);
	return true;
}

/* Write what the policy changes: below the text, or to standard error. */
static int tell_differences(const struct judge *j)
{
	struct buf b;
	int failed;

	buf_init(&b, (j->n + 2) * COMPARISON_TEXT);
	comparison_put(&b, j->differences, j->n, j->policy);
	failed = j->output.text
		? write_out(&b, STDOUT_FILENO, "standard output")
		: write_out(&b, STDERR_FILENO, "standard error");
	buf_release(&b);
	return failed;
}

static int replay(struct judge *j)
{
	char from[CLOCK_RFC3339], to[CLOCK_RFC3339];
	int64_t first, last;
	int failed = 0, result;

	if (!minutes(j, &first, &last)) {
		log_error("no complete probe in the records");
		return EXIT_USAGE;
	}
	if (last - first > (int64_t)REPLAY_DAYS_MAX * 86400) {
		clock_rfc3339(first, from);
		clock_rfc3339(last, to);
		log_error("records from %s to %s: more than %d days", from, to,
			REPLAY_DAYS_MAX);
		return EXIT_USAGE;
	}
	for (int64_t w = first; w <= last && !failed; w += 60)
		failed = judge_all(j, (double)w + 60 - 0.001, true);
	result = status(j, failed);
	if (j->policy && result != EXIT_ENV && tell_differences(j))
		return EXIT_ENV;
	return result;
}

int judge_policy(const struct command *cmd)
{
	struct rule r = rule_of(cmd);
	char why[POLICY_WHY];

	if (!cmd->policy || !policy_apply(cmd->policy, &r, why))
		return 0;
	log_error("--policy: %s", why);
	return -1;
}

int judge_replay(const struct command *cmd, struct collect *c)
{
	char why[POLICY_WHY];
	struct judge j;
	int result = EXIT_USAGE;

	if (judge_init(&j, cmd, c) == 0) {
		/* The clock is the records' own: none is ahead of it. */
		j.rule.ahead_s = 0;
		j.before = j.rule;
		j.policy = cmd->policy;
		j.differences = xcalloc(j.n, sizeof *j.differences);
		for (size_t i = 0; i < j.n; i++)
			j.differences[i].slug = j.servers[i].server->slug;
		if (!j.policy || !policy_apply(j.policy, &j.rule, why))
			result = replay(&j);
	}
	judge_release(&j);
	return result;
}
