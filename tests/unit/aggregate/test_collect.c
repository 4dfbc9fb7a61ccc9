/* SPDX-License-Identifier: MIT */
/*
 * Goal: whatever the order of the lines, whatever repeats and whatever is cut
 * off, collect.h makes the same histories of the same probes.
 */
#include "histories/collect.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#define HASH_A                                                                 \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B                                                                 \
	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static char why[RECORD_WHY];

static struct probe_key key(const char *region, const char *id, double at)
{
	return (struct probe_key) {.slug = "s",
		.region = region,
		.probe_id = id,
		.started_at = at};
}

static int add_step(struct collect *c, struct probe_key k, enum step step,
	enum step_status status, const char *error)
{
	struct record r = {.type = RECORD_STEP};

	r.u.step = (struct step_record) {.key = k, .step = step,
		.status = status, .ms = 1, .error = error};
	return collect_add(c, &r, why);
}

static struct record summary(struct probe_key k)
{
	struct record r = {.type = RECORD_PROBE};

	r.u.probe = (struct probe_record) {.key = k,
		.state = STATE_HEALTHY,
		.total_ms = 100,
		.era = ERA_SESSION,
		.tool_count = -1};
	return r;
}

static int add_summary(struct collect *c, struct probe_key k)
{
	struct record r = summary(k);

	return collect_add(c, &r, why);
}

static int add_broken(struct collect *c, struct probe_key k, enum step step,
	const char *error)
{
	struct record r = summary(k);

	r.u.probe.state = STATE_BROKEN;
	r.u.probe.failed_step = step;
	r.u.probe.error = error;
	return collect_add(c, &r, why);
}

static int add_runner(struct collect *c, const char *region, double at)
{
	struct record r = {.type = RECORD_RUNNER};

	r.u.runner = (struct runner_record) {
		.region = region, .at = at, .status = RUNNER_TIMEOUT};
	return collect_add(c, &r, why);
}

static const struct server *only(struct collect *c)
{
	size_t n;
	struct server *s;

	collect_finish(c);
	s = collect_servers(c, &n);
	assert_int_equal(n, 1);
	return s;
}

/*
 * Frees c, whose only probe failed at a step with an error; or passed, in the
 * state that is given. The error of a probe that is not whole is "cut off".
 */
static void only_probe(struct collect *c, enum region_state state,
	enum step step, const char *error)
{
	const struct server *s = only(c);
	const struct probe *p = s->regions[0].probes;

	assert_int_equal(s->n_regions, 1);
	if (error && strcmp(error, "cut off") == 0) {
		assert_int_equal(s->regions[0].n, 0);
	} else {
		assert_int_equal(s->regions[0].n, 1);
		assert_int_equal(p->state, state);
		assert_int_equal(p->failed_step, step);
		if (error)
			assert_string_equal(p->error, error);
		else
			assert_null(p->error);
	}
	collect_free(c);
}

static void test_order(void **state)
{
	struct collect *c = collect_new();
	const struct server *s;

	(void)state;
	add_summary(c, key("us", "3", 30));
	add_summary(c, key("eu", "z", 20));
	add_summary(c, key("us", "1", 10));
	add_summary(c, key("eu", "b", 20));
	add_summary(c, key("us", "2", 20));
	add_summary(c, key("eu", "a", 19.5));
	s = only(c);
	assert_int_equal(s->n_regions, 2);
	assert_string_equal(s->regions[0].name, "eu");
	assert_string_equal(s->regions[1].name, "us");
	/* Two probes of one instant are told apart by their ids. */
	assert_int_equal(s->regions[0].n, 3);
	assert_string_equal(s->regions[0].probes[0].id, "a");
	assert_string_equal(s->regions[0].probes[1].id, "b");
	assert_string_equal(s->regions[0].probes[2].id, "z");
	assert_int_equal(s->regions[1].n, 3);
	for (size_t i = 0; i < 3; i++)
		assert_true(s->regions[1].probes[i].started_at ==
			10 * (double)(i + 1));
	collect_free(c);
}

static void test_servers(void **state)
{
	struct collect *c = collect_new();
	struct probe_key k = key("eu", "1", 10);
	struct server *s;
	size_t n;

	(void)state;
	for (const char *const *slug = (const char *const[]) {"b", "c", "a", NULL};
		*slug; slug++) {
		k.slug = *slug;
		/* The same id at another instant is another probe. */
		k.started_at++;
		assert_int_equal(add_summary(c, k), 0);
	}
	collect_finish(c);
	s = collect_servers(c, &n);
	assert_int_equal(n, 3);
	assert_string_equal(s[0].slug, "a");
	assert_string_equal(s[1].slug, "b");
	assert_string_equal(s[2].slug, "c");
	assert_true(s[0].regions[0].probes[0].started_at == 13);
	collect_free(c);
}

static void test_whole(void **state)
{
	struct probe_key k = key("eu", "1", 10);
	struct collect *c = collect_new();

	(void)state;
	/* Seven steps of eight: the file was cut off. */
	for (enum step s = STEP_DNS; s < STEP_TOOL_HASH; s++)
		add_step(c, k, s, STATUS_PASS, NULL);
	only_probe(c, STATE_HEALTHY, STEP_NONE, "cut off");

	c = collect_new();
	for (enum step s = STEP_TOOL_HASH; s >= STEP_DNS; s--)
		add_step(c, k, s, STATUS_PASS, NULL);
	only_probe(c, STATE_HEALTHY, STEP_NONE, NULL);

	/* The steps alone, without a summary, tell an auth wall. */
	c = collect_new();
	for (enum step s = STEP_DNS; s <= STEP_TOOL_HASH; s++)
		add_step(c, k, s,
			s < STEP_AUTH_INITIALIZE ? STATUS_PASS : STATUS_SKIP,
			NULL);
	only_probe(c, STATE_AUTH_WALLED, STEP_NONE, NULL);

	/* A failed step alone is a whole probe. */
	c = collect_new();
	add_step(c, k, STEP_TLS, STATUS_FAIL, "tcp.refused");
	only_probe(c, STATE_BROKEN, STEP_TLS, "tcp.refused");

	/* So is a summary alone. */
	c = collect_new();
	add_broken(c, k, STEP_TLS, "tcp.refused");
	only_probe(c, STATE_BROKEN, STEP_TLS, "tcp.refused");

	/* One that was not made to its end is not, whatever its steps say. */
	for (enum step_status last = STATUS_PASS; last <= STATUS_SKIP; last++) {
		struct record r = summary(k);

		c = collect_new();
		r.u.probe.state = STATE_UNFINISHED;
		for (enum step s = STEP_DNS; s <= STEP_TOOL_HASH; s++)
			add_step(c, k, s, s < STEP_TOOLS_LIST ? STATUS_PASS : last,
				NULL);
		assert_int_equal(collect_add(c, &r, why), 0);
		only_probe(c, STATE_HEALTHY, STEP_NONE, "cut off");
	}
}

static void test_lowest_step(void **state)
{
	struct probe_key k = key("eu", "1", 10);
	struct collect *c = collect_new();

	(void)state;
	add_broken(c, k, STEP_TOOLS_LIST, "http.503");
	add_step(c, k, STEP_TOOLS_CALL, STATUS_FAIL, "tool.error");
	add_step(c, k, STEP_INITIALIZE, STATUS_FAIL, NULL);
	only_probe(c, STATE_BROKEN, STEP_INITIALIZE, NULL);

	/* Where one step comes with two codes, the first to arrive counts. */
	c = collect_new();
	add_step(c, k, STEP_TLS, STATUS_FAIL, "tls.expired");
	add_broken(c, k, STEP_TLS, "tls.hostname");
	only_probe(c, STATE_BROKEN, STEP_TLS, "tls.expired");

	/* A summary that calls it healthy does not make it so. */
	c = collect_new();
	add_summary(c, k);
	add_step(c, k, STEP_TLS, STATUS_FAIL, "tls.expired");
	only_probe(c, STATE_BROKEN, STEP_TLS, "tls.expired");
}

static void test_repeats(void **state)
{
	struct probe_key k = key("eu", "1", 10);
	struct collect *c = collect_new();

	(void)state;
	assert_int_equal(add_step(c, k, STEP_DNS, STATUS_PASS, NULL), 0);
	assert_int_equal(add_step(c, k, STEP_DNS, STATUS_FAIL, "x.y"), 0);
	assert_int_equal(add_summary(c, k), 0);
	assert_int_equal(add_summary(c, k), 0);
	assert_int_equal(add_broken(c, k, STEP_DNS, "x.y"), 0);
	only_probe(c, STATE_HEALTHY, STEP_NONE, NULL);

	/* One id at two instants. */
	c = collect_new();
	assert_int_equal(add_summary(c, k), 0);
	k.started_at = 11;
	assert_int_equal(add_step(c, k, STEP_DNS, STATUS_FAIL, "x.y"), -1);
	assert_string_equal(why, "probe_started_at: 11.000000, but probe 1 "
				 "started at 10.000000");
	assert_int_equal(add_broken(c, k, STEP_DNS, "x.y"), -1);
	only_probe(c, STATE_HEALTHY, STEP_NONE, NULL);
}

static void test_newest(void **state)
{
	struct collect *c = collect_new();
	double newest;

	(void)state;
	assert_false(collect_newest(c, &newest));
	add_runner(c, "eu", 1000);
	assert_true(collect_newest(c, &newest));
	assert_true(newest == 1000);
	add_summary(c, key("eu", "1", 20));
	add_summary(c, key("us", "2", 30));
	add_summary(c, key("us", "3", 10));
	assert_true(collect_newest(c, &newest));
	assert_true(newest == 30);
	collect_free(c);
}

static void test_runners(void **state)
{
	struct collect *c = collect_new();
	const char *const *names;
	size_t n;

	(void)state;
	add_runner(c, "us", 10);
	add_runner(c, "eu", 10);
	add_runner(c, "us", 20);
	collect_finish(c);
	names = collect_runners(c, &n);
	assert_int_equal(n, 2);
	assert_string_equal(names[0], "eu");
	assert_string_equal(names[1], "us");
	collect_servers(c, &n);
	assert_int_equal(n, 0);
	collect_free(c);
}

static void test_too_many_regions(void **state)
{
	struct collect *c = collect_new();
	char name[16];

	(void)state;
	for (int i = 0; i < COLLECT_REGIONS_MAX; i++) {
		snprintf(name, sizeof name, "r-%d", i);
		assert_int_equal(add_summary(c, key(name, "1", 10)), 0);
	}
	assert_int_equal(add_summary(c, key("one-more", "1", 10)), -1);
	assert_int_equal(add_summary(c, key("r-7", "2", 20)), 0);
	assert_int_equal(only(c)->n_regions, COLLECT_REGIONS_MAX);
	collect_free(c);
}

static void test_tools(void **state)
{
	struct tool_digest tools[] = {{"b", HASH_A, HASH_B},
		{"a", HASH_B, HASH_A}};
	struct collect *c = collect_new();
	const struct server *s;
	struct record r;

	(void)state;
	/* The second record lists the tools of the hash that both have. */
	r = summary(key("eu", "1", 10));
	r.u.probe.tool_hash = HASH_A;
	r.u.probe.full_hash = HASH_B;
	r.u.probe.url = "https://old.example.com/";
	assert_int_equal(collect_add(c, &r, why), 0);
	r.u.probe.key = key("us", "2", 20);
	r.u.probe.tools = tools;
	r.u.probe.n_tools = 2;
	r.u.probe.url = "https://new.example.com/";
	assert_int_equal(collect_add(c, &r, why), 0);
	r.u.probe.key = key("us", "3", 15);
	r.u.probe.full_hash = NULL;
	r.u.probe.tools = NULL;
	r.u.probe.url = "https://older.example.com/";
	assert_int_equal(collect_add(c, &r, why), 0);
	s = only(c);
	assert_string_equal(s->url, "https://new.example.com/");
	assert_ptr_equal(s->regions[0].probes[0].tools,
		s->regions[1].probes[1].tools);
	assert_int_equal(s->regions[0].probes[0].tools->n_tools, 2);
	assert_string_equal(s->regions[0].probes[0].tools->tools[0].name, "a");
	/* Another list: its full form is not known. */
	assert_null(s->regions[1].probes[0].tools->full_hash);
	assert_null(s->regions[1].probes[0].tools->tools);
	collect_free(c);
}

/* Many servers in no order: each is found again, and all come out sorted. */
static void test_many(void **state)
{
	struct collect *c = collect_new();
	const struct server *s;
	const unsigned n = 20011; /* a prime: 7 * i goes round all of them */
	char id[16];

	(void)state;
	for (int pass = 0; pass < 2; pass++) {
		for (unsigned i = 0; i < n; i++) {
			unsigned at = 7 * i % n;

			snprintf(id, sizeof id, "%u", at);
			assert_int_equal(add_summary(c, key("eu", id, at)), 0);
		}
	}
	s = only(c);
	assert_int_equal(s->regions[0].n, n);
	for (unsigned i = 0; i < n; i++)
		assert_true(s->regions[0].probes[i].started_at == i);
	collect_free(c);
}

/*
 * Adds a runner record of `region` with what it says of its machine; NULL:
 * nothing.
 */
static void add_machine(struct collect *c, const char *region, const char *key,
	const char *egress, const char *pop)
{
	struct record r = {.type = RECORD_RUNNER};

	r.u.runner = (struct runner_record) {.region = region,
		.at = 10,
		.status = RUNNER_OK,
		.host_key = key,
		.egress = egress,
		.pop = pop};
	assert_int_equal(collect_add(c, &r, why), 0);
}

static void machine(struct collect *c, const char *region, const char *first,
	const char *by)
{
	const char *got_by, *got = collect_machine(c, region, &got_by);

	if (!first) {
		assert_null(got);
		return;
	}
	assert_non_null(got);
	assert_string_equal(got, first);
	assert_string_equal(got_by, by);
}

static void test_machines(void **state)
{
	struct collect *c = collect_new();
	const struct server *s;

	(void)state;
	add_machine(c, "us", "K1", "9.9.9.9", NULL);
	add_machine(c, "eu", "K1", NULL, NULL);
	add_machine(c, "ap", "K2", "8.8.8.8", NULL);
	add_machine(c, "sa", "K3", "8.8.8.8", NULL);
	add_machine(c, "af", NULL, NULL, NULL);
	add_machine(c, "me", NULL, NULL, NULL);
	/* A chain of three: one by both ends. */
	add_machine(c, "x-1", "K7", NULL, NULL);
	add_machine(c, "x-2", "K8", "7.7.7.7", NULL);
	add_machine(c, "x-3", "K7", "7.7.7.7", NULL);
	/* A record that says nothing of it takes nothing back; another does. */
	add_machine(c, "eu", NULL, NULL, NULL);
	add_machine(c, "old", "K2", NULL, NULL);
	add_machine(c, "old", "K9", NULL, NULL);
	/* Of two at one POP the addresses do not matter, of two elsewhere neither. */
	add_machine(c, "e-1", NULL, "6.6.6.6", "fly:fra");
	add_machine(c, "e-2", NULL, "6.6.6.7", "fly:fra");
	add_machine(c, "e-3", NULL, "6.6.6.6", "fly:cdg");
	add_machine(c, "e-4", NULL, "6.6.6.7", NULL);
	/* It can pass for one other: not by the address for one more. */
	add_machine(c, "liar", NULL, "5.5.5.5", "aws:eu-west-1");
	add_machine(c, "e-5", NULL, NULL, "aws:eu-west-1");
	add_machine(c, "ssh", "K10", "5.5.5.5", NULL);
	assert_int_equal(add_summary(c, key("us", "1", 10)), 0);
	assert_int_equal(add_summary(c, key("af", "2", 10)), 0);
	assert_int_equal(add_summary(c, key("e-2", "3", 10)), 0);
	s = only(c);
	machine(c, "us", "eu", "host key");
	machine(c, "eu", "eu", "host key");
	machine(c, "ap", "ap", "egress address");
	machine(c, "sa", "ap", "egress address");
	machine(c, "x-1", "x-1", "host key");
	machine(c, "x-2", "x-1", "egress address");
	machine(c, "x-3", "x-1", "host key");
	machine(c, "af", NULL, NULL);
	machine(c, "me", NULL, NULL);
	machine(c, "old", NULL, NULL);
	machine(c, "nowhere", NULL, NULL);
	machine(c, "e-1", "e-1", "POP");
	machine(c, "e-2", "e-1", "POP");
	machine(c, "e-3", NULL, NULL);
	machine(c, "e-4", NULL, NULL);
	machine(c, "liar", "e-5", "POP");
	machine(c, "ssh", NULL, NULL);
	assert_string_equal(collect_pop(c, "e-2"), "fly:fra");
	assert_null(collect_pop(c, "us"));
	assert_null(s->regions[0].machine);
	assert_string_equal(s->regions[1].machine, "e-1");
	assert_string_equal(s->regions[1].machine_by, "POP");
	assert_string_equal(s->regions[1].pop, "fly:fra");
	assert_string_equal(s->regions[2].machine, "eu");
	assert_string_equal(s->regions[2].machine_by, "host key");
	assert_null(s->regions[2].pop);
	collect_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_servers),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_lowest_step),
		cmocka_unit_test(test_repeats),
		cmocka_unit_test(test_newest),
		cmocka_unit_test(test_runners),
		cmocka_unit_test(test_machines),
		cmocka_unit_test(test_too_many_regions),
		cmocka_unit_test(test_tools),
		cmocka_unit_test(test_many),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
