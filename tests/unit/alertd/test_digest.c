/* SPDX-License-Identifier: MIT */
/*
 * Goal: an event that waits for a digest is neither sent alone nor lost, keeps
 * its place among those of its incident, and all become one record of bounded
 * size.
 */
#include "nights.h"

#include "routing/routing.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* 2026-04-29T17:50:00Z is a Wednesday. */
#define HOUR (NIGHT_START + 600)
#define MORNING (NIGHT_START + (15 * 60 + 10) * 60)

static struct conf_route routes[] = {{.name = "chat"}, {.name = "mail"}};
static char *p1[] = {"P1"}, *p2[] = {"P2"}, *both[] = {"chat", "mail"};
static struct conf_step at_once[] = {{.routes = both, .n_routes = 1}};
static struct conf_step to_both[] = {{.routes = both, .n_routes = 2}};
static struct conf_notify policies[] = {
	{.name = "p1", .match = {.severities = p1, .n_severities = 1},
		.steps = at_once, .n_steps = 1},
	{.name = "p2", .match = {.severities = p2, .n_severities = 1},
		.steps = to_both, .n_steps = 1},
	{.name = "p3", .steps = to_both, .n_steps = 1,
		.digest = CONF_DIGEST_DAILY},
};
/* One event an hour. */
static const struct conf conf = {
	.routes = routes,
	.n_routes = 2,
	.policies = policies,
	.n_policies = 3,
	.budget = 1,
	.zone = "UTC",
};

struct desk {
	struct alert_state st;
	struct rate_limit *budget;
	struct strings told;
};

static void desk_init(struct desk *d)
{
	*d = (struct desk) {.budget = rate_limit_new(NULL)};
	state_init(&d->st, "s");
}

static void desk_release(struct desk *d)
{
	state_release(&d->st);
	rate_limit_free(d->budget);
	strings_release(&d->told);
}

/*
 * Dispatches an event, in `minute`, of the incident that began in minute
 * `incident`.
 */
static void happen(struct desk *d, int incident, enum alert_phase phase,
	enum severity severity, int minute)
{
	double at = NIGHT_START + 60.0 * minute;
	struct dispatch way = {&conf, d->budget, false, at};
	struct alert_event e = {.record = {
		.at = at,
		.slug = "s",
		.phase = phase,
		.severity = severity,
		.started_at = NIGHT_START + 60 * incident,
	}};
	struct recipients to = {0};
	char body[100];

	snprintf(body, sizeof body, "{\"at\":%d}", minute);
	if (phase != ALERT_STARTED)
		strings_copy(&e.notified, &d->told);
	dispatch_event(&way, &d->st, &e, body, &to);
	for (size_t i = 0; i < to.n; i++)
		strings_note(&d->told, to.v[i].route);
	recipients_release(&to);
	strings_release(&e.notified);
}

/* The outbox as "number route minute-of-digest, …"; no minute: sent alone. */
static void expect_outbox(struct desk *d, const char *expected)
{
	char why[STATE_WHY];
	struct alert_state back;
	struct buf b, text;

	buf_init(&text, STATE_MAX);
	state_write(&text, &d->st);
	assert_true(state_read(text.p, text.len, "s", &back, why));
	state_release(&d->st);
	d->st = back;
	buf_init(&b, 10000);
	for (size_t i = 0; i < d->st.n_outbox; i++)
		for (size_t k = 0; k < d->st.outbox[i].n_deliveries; k++) {
			struct delivery *v = &d->st.outbox[i].deliveries[k];

			buf_fmt(&b, "%s%lu %s", b.len ? ", " : "",
				d->st.outbox[i].number, v->route);
			if (v->digest)
				buf_fmt(&b, " %d%s",
					(int)(v->boundary - NIGHT_START) / 60,
					v->over ? "!" : "");
		}
	assert_string_equal(b.p, expected);
	buf_release(&b);
	buf_release(&text);
}

static bool yes(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return true;
}

static bool due(const struct desk *d, double now, struct outbox_judge *j,
	struct outbox_item *item)
{
	j->now = now;
	*item = (struct outbox_item) {0};
	return outbox_due(&d->st, j, item);
}

static void test_waits(void **state)
{
	struct outbox_judge judge = {yes, yes, NULL, "us", 0};
	struct outbox_item item;
	struct desk d;

	(void)state;
	desk_init(&d);
	happen(&d, 0, ALERT_STARTED, SEVERITY_P3, 0);
	expect_outbox(&d, "1 chat 910, 1 mail 910");
	happen(&d, 1, ALERT_STARTED, SEVERITY_P2, 1);
	happen(&d, 2, ALERT_STARTED, SEVERITY_P2, 1);
	expect_outbox(&d, "1 chat 910, 1 mail 910, 2 chat, 2 mail, "
			  "3 chat 10!, 3 mail 10!");
	/* Its end joins its beginning, and costs nothing. */
	happen(&d, 2, ALERT_RESOLVED, SEVERITY_P2, 2);
	happen(&d, 1, ALERT_RESOLVED, SEVERITY_P2, 2);
	expect_outbox(&d, "1 chat 910, 1 mail 910, 2 chat, 2 mail, "
			  "3 chat 10!, 3 mail 10!, 4 chat 10!, 4 mail 10!, "
			  "5 chat, 5 mail");
	/* What waits for others is for no other way out, whatever the time. */
	while (due(&d, 1e11, &judge, &item))
		outbox_drop(&d.st, &item);
	assert_false(outbox_waits(&d.st, &judge));
	expect_outbox(&d, "1 chat 910, 1 mail 910, 3 chat 10!, 3 mail 10!, "
			  "4 chat 10!, 4 mail 10!");
	/* It gets worse: what is urgent takes along what waited. */
	strings_clear(&d.told);
	happen(&d, 0, ALERT_ESCALATED, SEVERITY_P1, 60);
	expect_outbox(&d, "1 chat, 1 mail 910, 3 chat 10!, 3 mail 10!, "
			  "4 chat 10!, 4 mail 10!, 6 chat");
	assert_true(due(&d, NIGHT_START + 3600, &judge, &item));
	assert_int_equal(item.pending->number, 1);
	assert_string_equal(item.delivery->route, "chat");
	desk_release(&d);
	/* So does what is not, but need not wait. */
	desk_init(&d);
	happen(&d, 0, ALERT_STARTED, SEVERITY_P3, 0);
	happen(&d, 0, ALERT_ESCALATED, SEVERITY_P2, 1);
	expect_outbox(&d, "1 chat, 1 mail, 2 chat, 2 mail");
	desk_release(&d);
}

static bool no(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return false;
}

/* What is told at once, or to chosen routes, waits for nothing. */
static void test_at_once(void **state)
{
	static const struct {
		bool at_once;
		const char *chosen, *outbox;
	} rows[] = {
		{false, NULL, "1 chat 910, 1 mail 910"},
		{true, NULL, "1 chat, 1 mail"},
		{false, "mail", "1 mail"},
		{true, "mail", "1 mail"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct desk d;
		struct dispatch way = {
			&conf, NULL, rows[i].at_once, NIGHT_START};
		struct alert_event e = {.record = {.at = NIGHT_START,
			.slug = "s", .severity = SEVERITY_P3}};
		struct recipients to = {0};

		desk_init(&d);
		way.budget = d.budget;
		if (rows[i].chosen)
			strings_add(&e.chosen, rows[i].chosen);
		dispatch_event(&way, &d.st, &e, "{}", &to);
		expect_outbox(&d, rows[i].outbox);
		recipients_release(&to);
		assert_null(to.v);
		strings_release(&e.chosen);
		desk_release(&d);
	}
}

/* What is being sent in a digest goes no other way, and what is new goes after
   it. */
static void test_under_way(void **state)
{
	struct outbox_judge judge = {no, yes, NULL, "us", 0},
			    dead = {yes, yes, NULL, "us", 0};
	struct outbox_item item;
	struct desk d;

	(void)state;
	desk_init(&d);
	happen(&d, 1, ALERT_STARTED, SEVERITY_P2, 1);
	happen(&d, 2, ALERT_STARTED, SEVERITY_P2, 1);
	expect_outbox(&d, "1 chat, 1 mail, 2 chat 10!, 2 mail 10!");
	while (due(&d, NIGHT_START + 60, &judge, &item))
		outbox_drop(&d.st, &item);
	for (size_t k = 0; k < d.st.outbox[0].n_deliveries; k++)
		string_set(&d.st.outbox[0].deliveries[k].holder, "host/1/2/3");
	happen(&d, 2, ALERT_RESOLVED, SEVERITY_P2, 11);
	expect_outbox(&d, "2 chat, 2 mail, 3 chat, 3 mail");
	assert_false(due(&d, NIGHT_START + 11 * 60 + 29, &judge, &item));
	assert_true(due(&d, NIGHT_START + 11 * 60 + 31, &judge, &item));
	assert_int_equal(item.pending->number, 2);
	assert_true(due(&d, NIGHT_START + 11 * 60, &dead, &item));
	desk_release(&d);
}

/*
 * A later event with an earlier digest brings forward what waits of its
 * incident.
 */
static void test_order(void **state)
{
	struct outbox_wait soon = {CONF_DIGEST_HOURLY, true, HOUR}, got;
	struct alert_record r = {.slug = "s", .severity = SEVERITY_P3};
	struct outbox_wait late = {CONF_DIGEST_DAILY, false, MORNING};
	struct strings to = {0};
	struct desk d;

	(void)state;
	desk_init(&d);
	strings_add(&to, "a");
	outbox_add(&d.st, &r, "{}", &to, NIGHT_START);
	assert_false(outbox_joins(&d.st, "a", &got));
	outbox_wait(&d.st, "a", &late);
	r.started_at = 60;
	outbox_add(&d.st, &r, "{}", &to, NIGHT_START);
	assert_false(outbox_joins(&d.st, "a", &got));
	outbox_wait(&d.st, "a", &late);
	outbox_add(&d.st, &r, "{}", &to, NIGHT_START);
	assert_true(outbox_joins(&d.st, "a", &got));
	assert_false(outbox_joins(&d.st, "b", &got));
	assert_int_equal(got.boundary, MORNING);
	outbox_wait(&d.st, "a", &soon);
	assert_true(d.st.outbox[1].deliveries[0].next_try == HOUR);
	assert_true(d.st.outbox[2].deliveries[0].next_try == HOUR);
	expect_outbox(&d, "1 a 910, 2 a 10, 3 a 10!");
	/* One more of its digest brings no retry forward. */
	d.st.outbox[1].deliveries[0].next_try = HOUR + 30;
	outbox_add(&d.st, &r, "{}", &to, NIGHT_START);
	outbox_wait(&d.st, "a", &soon);
	assert_true(d.st.outbox[1].deliveries[0].next_try == HOUR + 30);
	/* It joins the very first one, too. */
	r.started_at = 0;
	outbox_add(&d.st, &r, "{}", &to, NIGHT_START);
	assert_true(outbox_joins(&d.st, "a", &got));
	assert_int_equal(got.boundary, MORNING);
	outbox_wait(&d.st, "a", &soon);
	assert_true(d.st.outbox[0].deliveries[0].next_try == HOUR);
	outbox_pull(&d.st, "a", NIGHT_START);
	assert_true(d.st.outbox[0].deliveries[0].next_try == NIGHT_START);
	/* The newest waits as it was told to. */
	assert_true(d.st.outbox[d.st.n_outbox - 1].deliveries[0].next_try ==
		HOUR);
	strings_release(&to);
	desk_release(&d);
}

static void test_record(void **state)
{
	struct digests l = {0};
	struct digest later;
	struct desk d;
	struct buf b;

	(void)state;
	desk_init(&d);
	happen(&d, 0, ALERT_STARTED, SEVERITY_P2, 0);
	happen(&d, 1, ALERT_STARTED, SEVERITY_P2, 1);
	happen(&d, 2, ALERT_STARTED, SEVERITY_P2, 2);
	digests_note(&l, &d.st, HOUR - 1, NULL);
	assert_int_equal(l.n, 0);
	happen(&d, 3, ALERT_STARTED, SEVERITY_P3, 15);
	digests_note(&l, &d.st, HOUR, NULL);
	assert_int_equal(l.n, 2);
	digests_release(&l);
	digests_note(&l, &d.st, HOUR, "mail");
	assert_int_equal(l.n, 1);
	assert_true(l.v[0].over);
	digests_release(&l);
	digests_note(&l, &d.st, MORNING, "chat");
	assert_int_equal(l.n, 2);
	/* The one that is due first goes first, in whatever order they came. */
	later = l.v[1];
	l.v[1] = l.v[0];
	l.v[0] = later;
	digests_sort(&l);
	buf_init(&b, 2 * DIGEST_BYTES);
	digest_json(&b, &l.v[0], HOUR + 0.5);
	assert_string_equal(b.p,
		"{\"v\":1,\"type\":\"digest\",\"at\":1777485600.5,"
		"\"route\":\"chat\",\"period\":\"hourly\",\"because\":\"budget\","
		"\"dedup_key\":\"digest:chat:1777485600\","
		"\"events\":[{\"at\":1},{\"at\":2}],\"count\":2}");
	buf_release(&b);
	digests_release(&l);
	desk_release(&d);
}

/* A digest is as far as the farthest of its events, and has what was taken. */
static void test_farthest(void **state)
{
	static const struct {
		int attempts, done;
		unsigned long owed;
		enum conf_digest digest;
		bool over;
		double next_try;
	} rows[] = {
		{1, 5, 1, CONF_DIGEST_HOURLY, false, 40},
		{3, 2, 2, CONF_DIGEST_DAILY, true, 30},
		{2, 7, 0, CONF_DIGEST_HOURLY, false, 50},
	};
	struct alert_record r = {.slug = "s", .severity = SEVERITY_P3};
	struct strings to = {0};
	struct digests l = {0};
	struct desk d;

	(void)state;
	desk_init(&d);
	strings_add(&to, "a");
	for (size_t i = 0; i < 3; i++) {
		struct outbox_wait w = {rows[i].digest, rows[i].over, HOUR};
		struct delivery *v;

		outbox_add(&d.st, &r, "{}", &to, NIGHT_START);
		outbox_wait(&d.st, "a", &w);
		v = &d.st.outbox[i].deliveries[0];
		v->attempts = rows[i].attempts;
		v->done = rows[i].done;
		v->owed = rows[i].owed;
		v->next_try = rows[i].next_try;
	}
	/* Before it is due, but by a clock that was ahead. */
	digests_note(&l, &d.st, NIGHT_START - STATE_AHEAD_S, "a");
	assert_int_equal(l.n, 0);
	digests_note(&l, &d.st, NIGHT_START - STATE_AHEAD_S - 1, "a");
	assert_int_equal(l.n, 1);
	digests_release(&l);
	digests_note(&l, &d.st, HOUR, "a");
	assert_int_equal(l.n, 1);
	assert_int_equal(l.v[0].attempts, 3);
	assert_int_equal(l.v[0].done, 7);
	assert_int_equal(l.v[0].owed, 3);
	assert_int_equal(l.v[0].period, CONF_DIGEST_DAILY);
	assert_true(l.v[0].over);
	assert_true(l.v[0].next_try == 30);
	l.v[0].v[0].taken = l.v[0].v[2].taken = true;
	digest_keep_taken(&l.v[0]);
	assert_int_equal(l.v[0].n, 2);
	assert_int_equal(l.v[0].v[0].number, 1);
	assert_int_equal(l.v[0].v[1].number, 3);
	digests_release(&l);
	strings_release(&to);
	desk_release(&d);
}

/* The oldest comes first, of whatever server it is. */
static void test_oldest_first(void **state)
{
	const struct outbox_wait late = {CONF_DIGEST_DAILY, false, MORNING};
	const struct alert_record r = {.slug = "z", .severity = SEVERITY_P3};
	struct strings to = {0};
	struct digests l = {0};
	struct desk d, z;
	struct buf b;

	(void)state;
	desk_init(&d);
	desk_init(&z);
	strings_add(&to, "mail");
	string_set(&z.st.slug, "z");
	happen(&z, 1, ALERT_STARTED, SEVERITY_P3, 1);
	happen(&d, 2, ALERT_STARTED, SEVERITY_P3, 2);
	happen(&z, 3, ALERT_STARTED, SEVERITY_P3, 3);
	/* Then by server, and in the order in which they came. */
	happen(&d, 4, ALERT_STARTED, SEVERITY_P3, 6);
	outbox_add(&z.st, &r, "\"first\"", &to, NIGHT_START + 360);
	outbox_wait(&z.st, "mail", &late);
	outbox_add(&z.st, &r, "\"then\"", &to, NIGHT_START + 360);
	outbox_wait(&z.st, "mail", &late);
	digests_note(&l, &z.st, MORNING, "mail");
	digests_note(&l, &d.st, MORNING, "mail");
	assert_int_equal(l.n, 1);
	/* In whatever order they are. */
	for (size_t i = 0; i < 3; i++) {
		struct digest_item first = l.v[0].v[i];

		l.v[0].v[i] = l.v[0].v[5 - i];
		l.v[0].v[5 - i] = first;
	}
	buf_init(&b, 2 * DIGEST_BYTES);
	digest_json(&b, &l.v[0], MORNING);
	assert_non_null(
		strstr(b.p, "\"events\":[{\"at\":1},{\"at\":2},{\"at\":3},"
			    "{\"at\":6},\"first\",\"then\"]"));
	strings_release(&to);
	buf_release(&b);
	digests_release(&l);
	desk_release(&d);
	desk_release(&z);
}

/* In a storm the digest counts all events, and holds as many as fit. */
static size_t expect_storm(int n, size_t size, size_t told)
{
	struct outbox_wait w = {CONF_DIGEST_HOURLY, true, HOUR};
	struct strings to = {0};
	struct digests l = {0};
	char *body = malloc(size + 1), tail[40];
	size_t found = 0;
	struct desk d;
	struct buf b;

	desk_init(&d);
	strings_add(&to, "a");
	memset(body, 'x', size);
	body[0] = body[size - 1] = '"';
	body[size] = '\0';
	for (int i = 0; i < n; i++) {
		struct alert_record r = {.slug = "s", .started_at = i,
			.severity = SEVERITY_P1};

		outbox_add(&d.st, &r, body, &to, NIGHT_START);
		outbox_wait(&d.st, "a", &w);
	}
	digests_note(&l, &d.st, HOUR, "a");
	buf_init(&b, 2 * DIGEST_BYTES);
	digest_json(&b, &l.v[0], HOUR);
	assert_true(buf_ok(&b) && b.len <= DIGEST_BYTES);
	for (const char *p = b.p; (p = strstr(p, body)); p += size)
		found++;
	assert_int_equal(found, told);
	snprintf(tail, sizeof tail, "],\"count\":%d}", n);
	assert_string_equal(b.p + b.len - strlen(tail), tail);
	assert_non_null(strstr(b.p, "\"because\":\"budget\""));
	size = b.len;
	free(body);
	buf_release(&b);
	strings_release(&to);
	digests_release(&l);
	desk_release(&d);
	return size;
}

static void test_storm(void **state)
{
	size_t room;

	(void)state;
	expect_storm(100, 500, 100);
	expect_storm(101, 500, 100);
	expect_storm(30, 10000, 26);
	expect_storm(1, DIGEST_BYTES, 0);
	/* 100 bytes are kept for the end, and one for a comma. */
	room = DIGEST_BYTES - 101 + strlen("\"\"],\"count\":1}") -
		expect_storm(1, 2, 1);
	expect_storm(1, room, 1);
	expect_storm(1, room + 1, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_at_once),
		cmocka_unit_test(test_under_way),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_farthest),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_oldest_first),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
