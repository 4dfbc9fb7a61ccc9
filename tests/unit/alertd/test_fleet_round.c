/*
 * Goal: a region is silent only if no verdict of the minute has data of it that
 * are on time, and only verdicts on all servers say so.
 */
#include "incident/pipeline_health.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* A full minute: 2026-04-29T14:00:00Z. */
#define START 1777471200

static struct conf_server servers[] = {
	{.slug = "fast", .interval_s = 60},
	{.slug = "slow", .interval_s = 3600},
};
static const struct conf both = {.servers = servers, .n_servers = 2};

/*
 * Adds a verdict of that minute: region a probed `age` minutes before, or
 * silent if that is negative; b always silent.
 */
static void add(struct fleet_round *r, const char *slug, int minute, int age)
{
	const char *silent[] = {"b", "a"};
	struct verdict_region a = {.region = "a",
		.started_at = START + 60 * (minute - age) + 7};

	fleet_round_add(r, &(struct verdict) {
		.slug = slug,
		.window = START + 60 * minute,
		.no_data = silent,
		.n_no_data = age < 0 ? 2 : 1,
		.regions = &a,
		.n_regions = age >= 0,
	});
}

/* Which regions are silent, such as "ab", or "-" for a round that is not whole;
   and forgets the round. */
static const char *silent(struct fleet_round *r)
{
	static char text[16];
	struct strings l = {0};

	snprintf(text, sizeof text, "-");
	if (fleet_round_complete(r)) {
		fleet_round_silent(r, &l);
		*text = '\0';
		for (size_t i = 0; i < l.n; i++)
			snprintf(text + i, sizeof text - i, "%s", l.v[i]);
		assert_int_equal(fleet_round_dark(r), l.n == 2);
	}
	strings_release(&l);
	fleet_round_release(r);
	return text;
}

static void test_reports(void **state)
{
	struct fleet_round r = {.conf = &both};

	(void)state;
	assert_string_equal(silent(&r), "-");
	add(&r, "fast", 0, 0);
	assert_string_equal(silent(&r), "-");
	add(&r, "fast", 0, 0);
	add(&r, "fast", 0, 0);
	assert_string_equal(silent(&r), "-");
	add(&r, "fast", 0, -1);
	add(&r, "slow", 0, -1);
	assert_string_equal(silent(&r), "ab");
	add(&r, "fast", 0, -1);
	add(&r, "slow", 0, 61);
	assert_int_equal(r.newest, START - 61 * 60);
	assert_string_equal(silent(&r), "b");
	add(&r, "fast", 0, -1);
	add(&r, "slow", 0, 62);
	assert_string_equal(silent(&r), "ab");
	/* Whether a probe of a fast server is too old is for the verdict. */
	add(&r, "slow", 0, -1);
	add(&r, "fast", 0, 2);
	assert_string_equal(silent(&r), "b");
	/* A server that nobody configured makes no round whole. */
	add(&r, "fast", 0, 0);
	add(&r, "other", 0, 0);
	assert_string_equal(silent(&r), "-");
}

static void test_rounds(void **state)
{
	struct fleet_round r = {0};
	struct verdict late = {.slug = "s", .window = START + 180,
		.judged_at = START + 600};

	(void)state;
	/* Of a round that has not begun nobody knows who is silent. */
	assert_false(fleet_round_dark(&r));
	add(&r, "s", 0, 0);
	add(&r, "s", 1, -1);
	assert_int_equal(r.window, START + 60);
	assert_int_equal(r.before, START);
	assert_int_equal(r.newest, 0);
	/* Neither an older minute nor one judged late is of this round. */
	add(&r, "s", 0, 0);
	fleet_round_add(&r, &late);
	assert_int_equal(r.window, START + 60);
	assert_string_equal(silent(&r), "ab");
	/* A verdict that knows of no region says nothing. */
	late.judged_at = 0;
	fleet_round_add(&r, &late);
	assert_string_equal(silent(&r), "-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reports),
		cmocka_unit_test(test_rounds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
