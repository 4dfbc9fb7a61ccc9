/* SPDX-License-Identifier: MIT */
/*
 * report.c: the report on a month. Public servers are looked at in groups: the store
 * says what counts of each in the month, and how it is now. A report on a month that is
 * over is final an hour later, when no minute of it is judged any more; from then on it
 * stays as it is, so that it can be cited.
 */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/num.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "figures/figures.h"
#include "json/json.h"
#include "judge/fleet.h"
#include "options.h"
#include "records/month_report.h"
#include "rule/bucket.h"
#include "store/keys.h"
#include "store/load.h"
#include "store/retention.h"
#include "store/scripts.h"
#include "store/store.h"
#include "terms/rates.h"
#include "terms/regions.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- The report in the store. */

/* The keys of script_month_figures before those of the days. */
#define KEYS_FIRST 3
#define DAYS_MAX 31
/* Its reply. */
enum { GOT_MINUTES, GOT_LISTS, GOT_CHURN, GOT_P95 };
/* The most days of durations that the store is sure to have. */
#define LATENCY_DAYS (RETENTION_ROLLUP_S / 86400)
/* Room for the name of a field with rows. */
#define FIELD_SIZE 24

/* The first day of the month whose durations the store is sure to have still. */
static int64_t report_latency_from(const struct month_span *span, double now)
{
	int64_t least = (int64_t)floor(now / 86400) - LATENCY_DAYS + 1;

	return span->first > least ? span->first : least;
}

/* Queue script_month_figures. */
static void report_ask(struct store *s, const char *sha, const char *slug,
	const struct month_span *span)
{
	char keys[KEYS_FIRST + DAYS_MAX][KEY_MAX], number[8];
	const char *args[3 + KEYS_FIRST + DAYS_MAX] = {"EVALSHA", sha, number};
	size_t n = 0;

	key_minutes(keys[n++], slug);
	key_definitions(keys[n++], slug);
	key_tools(keys[n++], slug);
	for (int64_t d = span->first; d <= span->last; d++)
		key_latency_day(keys[n++], slug, d);
	snprintf(number, sizeof number, "%zu", n);
	for (size_t i = 0; i < n; i++)
		args[3 + i] = keys[i];
	store_add_argv(s, 3 + n, args);
}

static void report_take(const struct store_reply *r, const struct month_span *span,
	struct standing *out)
{
	const struct store_reply *minutes = store_item(r, GOT_MINUTES);
	const struct store_reply *lists = store_item(r, GOT_LISTS);
	const char *churn = store_text(store_item(r, GOT_CHURN));
	struct month_minutes m = {.days = {{0}}};
	long long bucket = store_int(store_item(r, GOT_P95), -1);
	double since;

	for (struct store_field f = {.next = 0}; store_field(minutes, &f);)
		month_minutes_add(&m, span, f.name, store_int(f.value, 0));
	standing_minutes(out, &m);
	for (size_t i = 0; i < store_count(lists); i++)
		if (store_text(store_item(lists, i)))
			standing_lists(
				out, span, store_text(store_item(lists, i)));
	out->tools_churn = churn && num_decimal(churn, &since) && since > 0;
	if (bucket >= 0 && bucket < HISTOGRAM_BUCKETS)
		out->p95_ms = round(histogram_ms((size_t)bucket));
}

/* Whether the store has a report on that month that does not change any more. */
static int report_is_final(struct store *s, const char *month, bool *final)
{
	char key[KEY_MAX], why[FIELD_WHY];
	const struct store_reply *r =
		store_one(s, "HGET", key_report(key, month), "head", NULL);
	struct report_head head;

	*final = false;
	if (!r)
		return store_failed(s);
	/* One that cannot be read is written again. */
	if (store_text(r) && !month_report_read(store_text(r), &head, why)) {
		*final = head.final;
		month_report_release(&head);
	}
	return 0;
}

static void put_row(struct buf *b, const struct standing *s)
{
	month_report_row_put(b,
		&(struct report_row) {.slug = s->slug,
			.rank = s->rank,
			.uptime = s->uptime < 0 ? NAN : (double)s->uptime / 100,
			.known_minutes = s->known_minutes,
			.known_days = s->known_days,
			.p95_ms = s->p95_ms,
			.tool_changes = s->tool_changes,
			.tools_since = (int64_t)s->tools_since,
			.tools_churn = s->tools_churn,
			.bucket = bucket_name(s->bucket)});
}

static void put_rows(struct buf *b, const struct standing *v, size_t n)
{
	buf_clear(b);
	buf_char(b, '[');
	for (size_t i = 0; i < n; i++) {
		buf_str(b, i ? ",\n" : "");
		put_row(b, &v[i]);
	}
	buf_char(b, ']');
}

static int report_write(struct store *s, const struct report_head *head,
	const struct standing *v)
{
	size_t n = (size_t)head->servers;
	size_t fields = (n + REPORT_ROWS - 1) / REPORT_ROWS;
	char key[KEY_MAX], life[16], field[FIELD_SIZE], as_of[CLOCK_RFC3339];
	struct buf b;

	snprintf(life, sizeof life, "%d", RETENTION_REPORT_S);
	clock_rfc3339(head->as_of, as_of);
	buf_init(&b, LINE_MAX_BYTES);
	month_report_put(&b, head);
	store_begin(s, 9 + 2 * fields);
	store_arg(s, "EVAL", 4);
	store_arg(s, script_report, strlen(script_report));
	store_arg(s, "1", 1);
	key_report(key, head->month);
	store_arg(s, key, strlen(key));
	store_arg(s, life, strlen(life));
	store_arg(s, "head", 4);
	store_arg(s, b.p, b.len);
	store_arg(s, "as_of", 5);
	store_arg(s, as_of, strlen(as_of));
	for (size_t i = 0; i < n; i += REPORT_ROWS) {
		int len = snprintf(
			field, sizeof field, "rows:%zu", i / REPORT_ROWS);

		put_rows(&b, v + i, n - i < REPORT_ROWS ? n - i : REPORT_ROWS);
		store_arg(s, field, (size_t)len);
		store_arg(s, b.p, b.len);
	}
	buf_release(&b);
	return store_run(s) ? store_failed(s) : 0;
}

/* ---- All public servers of a fleet. */

struct survey {
	double now;
	struct month_span span;
	struct store *store;
	const struct fleet *fleet;
	char sha[STORE_SHA]; /* of script_month_figures */
	struct standing *v; /* n public servers */
	size_t n;
	struct strings cities; /* of the regions that report on them, sorted */
	size_t buckets[BUCKETS], walls[WALLS];
	struct report_count *protocols; /* names are shared with no one */
	size_t n_protocols;
	struct strings names; /* owns those of the protocols */
};

/* The entry of a public server; NULL: readers may not know of it. */
static cJSON *read_public(const char *text)
{
	char why[JSON_WHY];
	bool is_private = true;
	cJSON *doc = text && *text
			     ? json_parse(text, strlen(text), &json_record, why)
			     : NULL;

	if (json_bool(doc, "private", &is_private) && !is_private)
		return doc;
	cJSON_Delete(doc);
	return NULL;
}

/* The city of a region, as the pages of the server have it. */
static const char *city_of(const cJSON *entry, const char *region)
{
	const cJSON *list = json_get(entry, "regions"), *o;
	const char *city = region_city(region);

	cJSON_ArrayForEach(o, list)
	{
		const char *name = json_str(o, "name");

		if (name && strcmp(name, region) == 0 && json_str(o, "city"))
			return json_str(o, "city");
	}
	return city ? city : region;
}

static void note_cities(
	struct survey *s, const cJSON *entry, const struct server *found)
{
	for (size_t i = 0; i < found->n_regions; i++)
		if (found->regions[i].n && s->cities.n < REPORT_CITIES)
			strings_note(&s->cities,
				city_of(entry, found->regions[i].name));
}

/* Whether a revision is written as they are; a stranger chose it. */
static bool is_revision(const char *s)
{
	return strlen(s) == 10 && strspn(s, "0123456789-") == 10 &&
	       s[4] == '-' && s[7] == '-';
}

static bool equal_or_null(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* The count of servers that speak this; a new one where there is none. */
static struct report_count *protocol_count(
	struct survey *s, const char *era, const char *protocol)
{
	size_t i = 0;

	while (i < s->n_protocols &&
		(!equal_or_null(s->protocols[i].era, era) ||
			!equal_or_null(s->protocols[i].protocol, protocol)))
		i++;
	if (i < s->n_protocols)
		return &s->protocols[i];
	/* If there are more kinds than rows, the last row counts the others. */
	if (i >= REPORT_PROTOCOLS - 1 && protocol)
		return protocol_count(s, NULL, NULL);
	if (protocol) {
		strings_add(&s->names, protocol);
		protocol = s->names.v[s->names.n - 1];
	}
	s->protocols[s->n_protocols++] =
		(struct report_count) {.era = era, .protocol = protocol};
	return &s->protocols[i];
}

/* The newest probe that knows which protocol it spoke; NULL: none does. */
static const struct probe *newest_spoken(const struct server *found)
{
	const struct probe *newest = NULL;

	for (size_t k = 0; found && k < found->n_regions; k++)
		for (size_t i = 0; i < found->regions[k].n; i++) {
			const struct probe *p = &found->regions[k].probes[i];

			if (p->era && p->protocol && is_revision(p->protocol) &&
				(!newest || p->started_at > newest->started_at))
				newest = p;
		}
	return newest;
}

static void count_protocol(struct survey *s, const struct server *found)
{
	const struct probe *p = newest_spoken(found);

	protocol_count(s, p ? era_name(p->era) : NULL, p ? p->protocol : NULL)
		->count++;
}

/* How many probes of a server are read for its wall. */
#define WALLED_EACH 8

/* A probe that a wall kept out, and whose records show which. */
struct walled {
	size_t server; /* of those of its group that are auth-walled */
	size_t reply;
};

/* Those of a group. */
struct walled_group {
	struct walled v[LOAD_GROUP * WALLED_EACH];
	size_t n, servers;
};

static void ask_walls(struct store *store, const char *slug,
	const struct server *found, struct walled_group *g)
{
	size_t most = g->n + WALLED_EACH;
	char key[KEY_MAX];

	for (size_t i = 0; i < found->n_regions && g->n < most; i++) {
		const struct region_history *h = &found->regions[i];

		if (!h->n || h->probes[h->n - 1].state != STATE_AUTH_WALLED)
			continue;
		g->v[g->n++] = (struct walled) {g->servers, store_queued(store)};
		store_add(store, "GET",
			key_probe(key, slug,
				clock_window(h->probes[h->n - 1].started_at),
				h->name),
			NULL);
	}
}

static void note_wall(void *arg, const struct record *r)
{
	enum wall *best = arg, seen = wall_seen(r);

	if (seen < *best)
		*best = seen;
}

/* Count the walls of the servers of a group that are auth-walled. */
static int count_walled(struct survey *s, const struct walled_group *g)
{
	enum wall wall[LOAD_GROUP];

	if (store_run(s->store))
		return store_failed(s->store);
	for (size_t i = 0; i < g->servers; i++)
		wall[i] = WALL_UNKNOWN;
	for (size_t i = 0; i < g->n; i++) {
		const char *text =
			store_text(store_reply(s->store, g->v[i].reply));

		if (text)
			load_records(text, note_wall, &wall[g->v[i].server]);
	}
	for (size_t i = 0; i < g->servers; i++)
		s->walls[wall[i]]++;
	return 0;
}

/*
 * Add a public server: how it is now, and what counts of it in the month, by the reply
 * to report_ask.
 */
static void survey_server(struct survey *s, const struct fleet_server *server,
	const struct server *found, const cJSON *entry,
	const struct store_reply *month, struct walled_group *walled)
{
	struct standing *out = &s->v[s->n++];

	standing_init(out, server->slug);
	report_take(month, &s->span, out);
	out->bucket = fleet_bucket(server, found, s->now);
	s->buckets[out->bucket]++;
	count_protocol(s, found);
	if (found)
		note_cities(s, entry, found);
	if (out->bucket != BUCKET_WALLED)
		return;
	if (found)
		ask_walls(s->store, server->slug, found, walled);
	walled->servers++;
}

static int survey_group(void *arg, size_t first, const struct load_group *g)
{
	struct walled_group walled = {.n = 0};
	struct survey *s = arg;

	for (size_t i = 0; i < g->n; i++) {
		store_add(s->store, "HGET", KEY_SERVERS, g->v[i].slug, NULL);
		report_ask(s->store, s->sha, g->v[i].slug, &s->span);
	}
	if (store_run(s->store))
		return store_failed(s->store);
	for (size_t i = 0; i < g->n; i++) {
		const struct fleet_server server = fleet_at(s->fleet, first + i);
		cJSON *entry = server.is_private
			? NULL
			: read_public(store_text(store_reply(s->store, 2 * i)));

		if (entry)
			survey_server(s, &server, g->v[i].found, entry,
				store_reply(s->store, 2 * i + 1), &walled);
		cJSON_Delete(entry);
	}
	return count_walled(s, &walled);
}

static int by_count(const void *a, const void *b)
{
	const struct report_count *x = a, *y = b;
	const char *p = x->protocol ? x->protocol : "";
	const char *q = y->protocol ? y->protocol : "";
	int by = (y->count > x->count) - (y->count < x->count);

	by = by ? by : strcmp(q, p);
	return by ? by : strcmp(x->era ? x->era : "", y->era ? y->era : "");
}

/*
 * Fill *s, which has now, span, store, fleet, and else zeros. A server is public if what
 * the store holds for readers says that they may know of it without a token.
 */
static int survey_read(struct survey *s)
{
	int rc = store_load(s->store, script_month_figures, s->sha);

	s->v = xcalloc(s->fleet->n, sizeof *s->v);
	s->protocols = xcalloc(REPORT_PROTOCOLS, sizeof *s->protocols);
	if (!rc)
		rc = fleet_each(s->fleet, s->store, NAN, survey_group, s);
	strings_sort(&s->cities);
	if (s->n_protocols)
		qsort(s->protocols, s->n_protocols, sizeof *s->protocols,
			by_count);
	return rc;
}

static void survey_release(struct survey *s)
{
	free(s->v);
	free(s->protocols);
	strings_release(&s->cities);
	strings_release(&s->names);
}

/* ---- The report. */

#define DAY 86400

/* Whether nothing of the month is known; then there is no report on it. */
static bool is_empty(const struct survey *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].known_minutes)
			return false;
	return true;
}

static double share(size_t n, size_t all)
{
	return all ? round((double)n * 1000 / (double)all) / 10 : 0;
}

static struct report_count *count_buckets(const struct survey *s)
{
	struct report_count *v = xcalloc(BUCKETS, sizeof *v);
	unsigned tenths[BUCKETS];

	bucket_shares(s->buckets, tenths);
	for (int i = 0; i < BUCKETS; i++)
		v[i] = (struct report_count) {
			.name = bucket_name((enum bucket)i),
			.count = (long)s->buckets[i],
			.share = tenths[i] / 10.0};
	return v;
}

/* Servers that are behind a wall, by its kind. */
static struct report_count *count_walls(const struct survey *s)
{
	struct report_count *v = xcalloc(WALLS, sizeof *v);

	for (int i = 0; i < WALLS; i++)
		v[i] = (struct report_count) {.name = wall_name((enum wall)i),
			.count = (long)s->walls[i],
			.share = share(s->walls[i], s->n)};
	return v;
}

static int print_report(
	const struct command *cmd, const struct report_head *head)
{
	char as_of[CLOCK_RFC3339];
	struct buf b;
	int failed;

	buf_init(&b, LINE_MAX_BYTES);
	if (output_choose(cmd->format).text) {
		clock_rfc3339(head->as_of, as_of);
		buf_fmt(&b, "%s: %ld servers, %ld of them ranked, as of %s%s\n",
			head->month, head->servers, head->ranked, as_of,
			head->final ? ", final" : "");
	} else {
		month_report_put(&b, head);
		buf_char(&b, '\n');
	}
	failed = line_print(b.p, b.len);
	buf_release(&b);
	return failed ? EXIT_ENV : EXIT_GOOD;
}

static int write_report(const struct command *cmd, struct survey *s, int month)
{
	char text[MONTH_TEXT];
	struct report_head head = {.month = month_text(month, text),
		.as_of = (int64_t)s->now,
		.final = s->now >=
			 (double)month_begin(month + 1) + RETENTION_LATE_S,
		.days = (long)(s->span.last - s->span.first + 1),
		.latency_from = report_latency_from(&s->span, s->now) * DAY,
		.servers = (long)s->n,
		.ranked = (long)leaderboard_sort(s->v, s->n, &s->span),
		.least_days = LEADERBOARD_DAYS,
		.least_minutes = LEADERBOARD_MINUTES,
		.cities = s->cities.v,
		.n_cities = s->cities.n,
		.buckets = count_buckets(s),
		.n_buckets = BUCKETS,
		.protocols = s->protocols,
		.n_protocols = s->n_protocols,
		.walls = count_walls(s),
		.n_walls = WALLS};
	int rc = EXIT_GOOD;

	for (size_t i = 0; i < s->n_protocols; i++)
		s->protocols[i].share =
			share((size_t)s->protocols[i].count, s->n);
	if (is_empty(s)) {
		if (cmd->month)
			log_error("nothing is known of %s", head.month);
		else if (month == month_of(s->now))
			log_warn("nothing is known of %s yet", head.month);
		rc = cmd->month ? EXIT_USAGE : EXIT_GOOD;
	} else if (report_write(s->store, &head, s->v)) {
		rc = EXIT_ENV;
	} else {
		rc = print_report(cmd, &head);
	}
	free(head.buckets);
	free(head.walls);
	return rc;
}

/* The days of the month up to now. */
static struct month_span span_of(int month, double now)
{
	struct month_span s = {.begin = (double)month_begin(month),
		.end = fmin(now, (double)month_begin(month + 1))};

	s.first = month_begin(month) / DAY;
	s.last = month_begin(month + 1) / DAY - 1;
	if (now < (double)month_begin(month + 1))
		s.last = (int64_t)floor(now / DAY);
	return s;
}

static int make_month(const struct command *cmd, const struct setup *setup,
	const struct fleet *fleet, int month, double now)
{
	struct survey s = {.now = now,
		.span = span_of(month, now),
		.store = setup->store,
		.fleet = fleet};
	char text[MONTH_TEXT];
	bool final;
	int rc;

	if (report_is_final(setup->store, month_text(month, text), &final))
		return EXIT_ENV;
	if (final) {
		if (cmd->month)
			log_warn("the report on %s is final", text);
		return EXIT_GOOD;
	}
	rc = survey_read(&s) ? EXIT_ENV : write_report(cmd, &s, month);
	survey_release(&s);
	return rc;
}

int report_make(const struct command *cmd)
{
	double now = isnan(cmd->now) ? clock_wall() : cmd->now;
	int current = month_of(now), month = current - 1;
	struct setup s;
	struct fleet f;
	int rc;

	if (cmd->month) {
		month_parse(cmd->month, &month);
		if (month > current) {
			log_error("--month: %s has not begun", cmd->month);
			return EXIT_USAGE;
		}
		current = month;
	}
	rc = setup_open_fleet(&s, cmd, NULL, &f);
	while (rc == EXIT_GOOD && month <= current)
		rc = make_month(cmd, &s, &f, month++, now);
	fleet_release(&f);
	setup_close(&s);
	return rc;
}
