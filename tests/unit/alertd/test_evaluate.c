/* SPDX-License-Identifier: MIT */
/*
 * Goal: two mcp-alerts that read the same verdicts tell of a downtime once,
 * though each holds back what may be a trouble that servers share.
 */
#include "base/xalloc.h"
#include "delivery/delivery.h"
#include "evaluate.h"
#include "incident/event.h"
#include "notifier.h"
#include "routing/routing.h"
#include "state/backend.h"
#include "state/state_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* A full minute: 2026-04-29T14:00:00Z. */
#define START 1777471200
#define SERVERS 4

/* The states of the servers "a" to "c", and of what they share. */
struct fake {
	char *text[SERVERS];
	long revision[SERVERS];
	/* Called once, before the first write. */
	void (*first)(void *arg);
	void *arg;
};

static int place(const struct state_row *row)
{
	return *row->slug == '*' ? SERVERS - 1 : *row->slug - 'a';
}

static bool fake_read(void *arg, struct state_row *const *rows, size_t n)
{
	struct fake *f = arg;

	for (size_t i = 0; i < n; i++) {
		const char *text = f->text[place(rows[i])];

		rows[i]->seen = xstrdup(text ? text : "");
	}
	return true;
}

static bool fake_write(void *arg, struct state_row *const *rows, size_t n)
{
	struct fake *f = arg;
	void (*first)(void *arg) = f->first;

	f->first = NULL;
	if (first)
		first(f->arg);
	for (size_t i = 0; i < n; i++) {
		int k = place(rows[i]);

		rows[i]->lost =
			strtol(rows[i]->revision, NULL, 10) != f->revision[k];
		if (rows[i]->lost)
			continue;
		free(f->text[k]);
		f->text[k] = xstrdup(rows[i]->text);
		f->revision[k]++;
	}
	return true;
}

static const struct state_backend backend = {
	.read = fake_read,
	.write = fake_write,
};

/* One mcp-alert, and the servers whose verdicts it reads. */
struct alert {
	struct run setup;
	struct conf_policy policy;
	struct worker *worker;
	struct evaluator *e;
	const char *servers;
	const char *name;
	struct buf *told;
};

static void hear(void *arg, const struct alert_event *e,
	const struct strings *routes, const struct strings *later)
{
	struct alert *a = arg;
	char event[ALERT_EVENT_SIZE];

	(void)routes;
	(void)later;
	buf_fmt(a->told, "%s%s: %s %.1s", a->told->len ? " | " : "", a->name,
		alert_event(&e->record, event), e->slug);
}

static void alert_init(struct alert *a, struct fake *f, const char *name,
	const char *servers, struct buf *told)
{
	*a = (struct alert) {
		.setup = {.states = state_store_new_on(&backend, f),
			.now = START,
			.on_event = hear,
			.arg = a,
			.policy = &a->policy},
		.policy = conf_policy_of(NULL),
		.servers = servers,
		.name = name,
		.told = told,
	};
	a->policy.common = 3;
	a->worker = worker_new(a->setup.states, NULL, NULL);
	a->e = evaluate_new(&a->setup, a->worker);
}

static void alert_release(struct alert *a)
{
	evaluate_free(a->e);
	worker_free(a->worker);
	state_store_free(a->setup.states);
}

/* Its servers are down in all regions, by a round of verdicts. */
static void read_round(void *arg)
{
	struct alert *a = arg;
	const char *failing[] = {"eu", "us"};
	struct verdict_region regions[] = {
		{.region = "eu",
			.state = STATE_BROKEN,
			.failed_step = STEP_TLS,
			.error = "tcp.refused",
			.started_at = START + 5},
		{.region = "us",
			.state = STATE_BROKEN,
			.failed_step = STEP_TLS,
			.error = "tcp.refused",
			.started_at = START + 5},
	};
	struct verdict down = {
		.window = START,
		.verdict = VERDICT_RED,
		.tier = TIER_HARD_OUTAGE,
		.step = STEP_TLS,
		.failed_regions = 2,
		.reporters = 2,
		.expected = 2,
		.failing = failing,
		.n_failing = 2,
		.regions = regions,
		.n_regions = 2,
	};
	struct verdict v[SERVERS];
	struct evaluate_input in[SERVERS];
	char slugs[SERVERS][2] = {{0}};
	size_t n = strlen(a->servers);

	for (size_t i = 0; i < n; i++) {
		slugs[i][0] = a->servers[i];
		v[i] = down;
		v[i].slug = slugs[i];
		in[i] = (struct evaluate_input) {.slug = slugs[i],
			.what = EVALUATE_VERDICT,
			.u.verdict = &v[i]};
	}
	evaluate(a->e, in, n);
	evaluate_flush(a->e);
	assert_false(evaluate_failed(a->e));
}

static void test_conflict(void **state)
{
	static const struct {
		const char *name, *ours, *theirs, *told;
	} cases[] = {
		{"nobody else", "abc", "", "we: downtime_started *"},
		{"nobody else, and two are no group", "ab", "",
			"we: downtime_started a | we: downtime_started b"},
		{"the other was first with one, and we have the rest", "abc",
			"b",
			"they: downtime_started b | "
			"we: downtime_started a | we: downtime_started c"},
		{"the other was first with all", "abc", "abc",
			"they: downtime_started *"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct alert we, they;
		struct fake f = {.first = *cases[i].theirs ? read_round : NULL,
			.arg = &they};
		struct buf told;

		buf_init(&told, 1000);
		alert_init(&we, &f, "we", cases[i].ours, &told);
		alert_init(&they, &f, "they", cases[i].theirs, &told);
		read_round(&we);
		if (strcmp(told.p, cases[i].told) != 0)
			fail_msg("%s: %s", cases[i].name, told.p);
		alert_release(&we);
		alert_release(&they);
		for (size_t k = 0; k < SERVERS; k++)
			free(f.text[k]);
		buf_release(&told);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conflict),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
