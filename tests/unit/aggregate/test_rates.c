/* SPDX-License-Identifier: MIT */
/*
 * Goal: every window counts each of its probes once, at its edges too;
 * percentiles are of the probes that were not broken; and the figures of an
 * instant do not depend on the instants asked about before.
 */
#include "figures/figures.h"
#include "rule/history.h"
#include "terms/rates.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* 2026-04-29T14:00:00Z, and the start of that day. */
#define HOUR 1777471200
#define DAY (HOUR - 14 * 3600)

static void test_spans(void **state)
{
	static const struct {
		enum rate_window w;
		double now;
		int64_t from, to; /* after HOUR */
	} cases[] = {
		{RATE_5M, HOUR, -300, 60},
		{RATE_5M, HOUR + 59.999, -300, 60},
		{RATE_5M, HOUR + 60, -240, 120},
		{RATE_30M, HOUR + 1, -1800, 60},
		{RATE_1H, HOUR + 3599, -60, 3600},
		{RATE_1H, HOUR + 3600, 0, 3660},
		{RATE_6H, HOUR, -6 * 3600, 60},
		{RATE_6H, HOUR + 3599.5, -6 * 3600, 3600},
		{RATE_6H, HOUR + 3600, -5 * 3600, 3660},
		{RATE_3D, HOUR + 121, -72 * 3600, 180},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct span s = figures_rate(cases[i].w, cases[i].now);

		assert_int_equal(s.from - HOUR, cases[i].from);
		assert_int_equal(s.to - HOUR, cases[i].to);
	}
	assert_int_equal(figures_latency(HOUR + 90).from, HOUR - 86400);
	assert_int_equal(figures_latency(HOUR + 90).to, HOUR + 120);
	assert_int_equal(figures_baseline(HOUR).from, DAY - 30 * 86400);
	assert_int_equal(figures_baseline(HOUR).to, DAY);
	assert_int_equal(figures_baseline(DAY - 0.5).to, DAY - 86400);
	assert_int_equal(figures_baseline(DAY).to, DAY);
}

#define PROBES 16

static struct figures figures(const struct probe *probes, double now)
{
	struct region_history h = {.name = "us", .probes = probes};
	struct rates *r;
	struct figures f;

	while (h.n < PROBES && probes[h.n].started_at > 0)
		h.n++;
	r = rates_new(&h, 1);
	f = rates_at(r, now);
	rates_free(r);
	return f;
}

static void test_windows(void **state)
{
	static const struct {
		double at, now; /* after HOUR */
		const char *windows; /* that hold it, by first digits */
	} cases[] = {
		{0, 0, "5m 30m 1h 6h 3d"},
		{59.5, 0, "5m 30m 1h 6h 3d"}, /* in the current minute */
		{60, 59, ""},
		{0, 359.9, "5m 30m 1h 6h 3d"},
		{59.9, 359.9, "5m 30m 1h 6h 3d"},
		{0, 360, "30m 1h 6h 3d"},
		{0, 1859.9, "30m 1h 6h 3d"},
		{0, 1860, "1h 6h 3d"},
		{0, 3659, "1h 6h 3d"},
		{0, 3660, "6h 3d"},
		{3599, 6 * 3600 + 3599, "6h 3d"},
		{3599, 7 * 3600, "3d"},
		{0, 72 * 3600 + 3599, "3d"},
		{3599, 73 * 3600, ""},
		{0, 73 * 3600, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct probe p[PROBES] = {{.started_at = HOUR + cases[i].at,
			.total_ms = 1,
			.counts = true}};
		struct figures f = figures(p, HOUR + cases[i].now);
		char got[32] = "";
		size_t used = 0;

		for (unsigned w = 0; w < RATE_WINDOWS; w++) {
			assert_in_range(f.rates.windows[w].probes, 0, 1);
			if (!f.rates.windows[w].probes)
				continue;
			used += (size_t)snprintf(got + used, sizeof got - used,
				"%s%s", used ? " " : "",
				rate_name((enum rate_window)w));
		}
		if (strcmp(got, cases[i].windows) != 0)
			fail_msg("at %g, now %g: \"%s\", and not \"%s\"",
				cases[i].at, cases[i].now, got,
				cases[i].windows);
	}
}

static void test_layers(void **state)
{
	static const struct probe probes[PROBES] = {
		{.started_at = HOUR, .counts = true, .failed_step = STEP_DNS,
			.error = "dns.nxdomain", .state = STATE_BROKEN},
		{.started_at = HOUR + 1, .total_ms = 1},
		{.started_at = HOUR + 60, .counts = true, .total_ms = 5,
			.failed_step = STEP_TOOLS_LIST, .error = "http.503",
			.state = STATE_BROKEN},
		{.started_at = HOUR + 120, .counts = true,
			.failed_step = STEP_TOOLS_CALL, .error = "deadline",
			.state = STATE_BROKEN, .total_ms = NAN},
		{.started_at = HOUR + 180, .counts = true,
			.state = STATE_AUTH_WALLED, .total_ms = 30},
		{.started_at = HOUR + 240, .counts = true, .total_ms = NAN},
		{.started_at = HOUR + 300, .counts = true, .total_ms = 10},
		{.started_at = HOUR + 301, .failed_step = STEP_DNS,
			.state = STATE_BROKEN},
		{.started_at = HOUR + 302, .counts = true,
			.failed_step = STEP_INITIALIZE, .error = "http.429",
			.state = STATE_BROKEN},
	};
	struct figures f = figures(probes, HOUR + 310);
	const struct error_rate *r = &f.rates.windows[RATE_5M];

	(void)state;
	assert_true(f.rates.known);
	assert_int_equal(r->probes, 7);
	assert_int_equal(error_rate_failed(r), 4);
	assert_int_equal(r->failed[LAYER_TRANSPORT], 2);
	assert_int_equal(r->failed[LAYER_HTTP], 2);
	assert_int_equal(r->throttled, 1);
	/* Of 10 and 30 ms. */
	assert_true(f.p50_ms == 10);
	assert_true(f.p95_ms == 30);
	assert_true(isnan(f.baseline));
}

#define DAYS 40
#define EACH 288
#define MANY ((size_t)DAYS * EACH)

static double ms_of(size_t i)
{
	return i / EACH == 3 ? 5000 : 50 + (double)(i * 7919 % 997);
}

/* Every 5 minutes of 40 days, and now and then in steps of any size. */
static void test_steps(void **state)
{
	static struct probe probes[2][MANY];
	struct region_history h[2] = {{.name = "us", .probes = probes[0], .n = MANY},
		{.name = "eu", .probes = probes[1], .n = MANY / 2}};
	struct rates *slow = rates_new(h, 2);
	uint32_t random = 1;

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		for (int k = 0; k < 2; k++)
			probes[k][i] = (struct probe) {
				.started_at = DAY + 300.0 * (double)i + k,
				.total_ms = ms_of(i),
				.failed_step = i % 31 ? STEP_NONE : STEP_TLS,
				.state = i % 31 ? STATE_HEALTHY : STATE_BROKEN,
				.counts = i % 13 != 0};
	for (double now = DAY - 500; now < DAY + DAYS * 86400.0 + 86400;) {
		struct rates *fast = rates_new(h, 2);
		struct figures a = rates_at(slow, now), b = rates_at(fast, now);

		assert_memory_equal(&a.rates, &b.rates, sizeof a.rates);
		assert_true(a.p95_ms == b.p95_ms ||
			(isnan(a.p95_ms) && isnan(b.p95_ms)));
		assert_true(a.p50_ms == b.p50_ms ||
			(isnan(a.p50_ms) && isnan(b.p50_ms)));
		assert_true(a.baseline == b.baseline ||
			(isnan(a.baseline) && isnan(b.baseline)));
		assert_true(isnan(a.baseline) == (now < DAY + 86400));
		rates_free(fast);
		random = random * 1664525 + 1013904223;
		now += random >> 8 & 1 ? 60 : random >> 9 & 0x3fff;
	}
	rates_free(slow);
}

static void test_baseline(void **state)
{
	static struct probe probes[200];
	struct region_history h = {.name = "us", .probes = probes, .n = 99};
	struct rates *r;

	(void)state;
	for (size_t i = 0; i < 200; i++)
		probes[i] = (struct probe) {.started_at = DAY + 60.0 * (double)i,
			.total_ms = (double)i + 1, .counts = true};
	for (h.n = 99; h.n <= 100; h.n++) {
		struct figures f;

		r = rates_new(&h, 1);
		f = rates_at(r, DAY + 86399);
		assert_true(isnan(f.baseline));
		f = rates_at(r, DAY + 86400);
		assert_true(h.n == 99 ? isnan(f.baseline)
				      : fabs(f.baseline - 95) < 0.95);
		f = rates_at(r, DAY + 31 * 86400 - 1);
		assert_true(isnan(f.baseline) == (h.n == 99));
		f = rates_at(r, DAY + 31 * 86400);
		assert_true(isnan(f.baseline));
		rates_free(r);
	}
}

/* A partial probe is dropped; no later one of its minute counts instead. */
static void test_first(void **state)
{
	struct probe p[] = {
		{.started_at = HOUR + 70, .id = "b", .counts = true},
		{.started_at = HOUR + 61, .id = "part"},
		{.started_at = HOUR + 120, .id = "z", .counts = true},
		{.started_at = HOUR + 120, .id = "d", .counts = true},
		{.started_at = HOUR + 59.9, .id = "a", .counts = true},
		{.started_at = HOUR + 180, .id = "e", .counts = true},
	};
	static const char *const ids[] = {"a", "b", "d", "z", "e"};
	static const bool counts[] = {true, false, true, false, true};

	(void)state;
	assert_int_equal(history_settle(p, 6), 5);
	for (size_t i = 0; i < 5; i++) {
		assert_string_equal(p[i].id, ids[i]);
		assert_int_equal(p[i].counts, counts[i]);
	}
	assert_int_equal(history_settle(p, 0), 0);
}

/* When the server last worked, and when it was last healthy. */
static void test_newest(void **state)
{
	static const struct {
		double until, success, healthy; /* -1: never */
	} rows[] = {{0, -1, -1}, {1, -1, -1}, {2, 2, -1}, {3, 3, 3}, {4, 4, 3},
		{5, 4, 3}, {6, 6, 6}};
	static const enum region_state states[] = {STATE_BROKEN,
		STATE_AUTH_WALLED, STATE_HEALTHY, STATE_AUTH_WALLED,
		STATE_BROKEN, STATE_HEALTHY};
	struct probe p[6];
	const struct region_history h = {.name = "eu", .probes = p, .n = 6};

	(void)state;
	for (size_t i = 0; i < 6; i++)
		p[i] = (struct probe) {
			.started_at = (double)i + 1, .state = states[i]};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		double success = history_success(&h, rows[i].until);
		double healthy = history_healthy(&h, rows[i].until);

		assert_true(isnan(success) ? rows[i].success < 0
					   : success == rows[i].success);
		assert_true(isnan(healthy) ? rows[i].healthy < 0
					   : healthy == rows[i].healthy);
	}
}

/* The middle of a bucket is in it, and off by 1 % at most. */
static void test_buckets(void **state)
{
	(void)state;
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
		assert_int_equal(histogram_bucket(histogram_ms(i)), i);
	for (double ms = 0.1; ms < 3000000; ms *= 1.0007)
		assert_true(fabs(histogram_ms(histogram_bucket(ms)) / ms - 1) <
			    0.01);
	assert_int_equal(histogram_bucket(0), 0);
	assert_int_equal(histogram_bucket(1e300), HISTOGRAM_BUCKETS - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_layers),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_baseline),
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_newest),
		cmocka_unit_test(test_buckets),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
