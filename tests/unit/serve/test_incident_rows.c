/* SPDX-License-Identifier: MIT */
/*
 * Goal: of more incidents than are kept those that go on stay, however old they
 * are, and of the others the newest.
 */
#include "words/words.h"

#include "data/entries.h"
#include "data/incidents.h"
#include "data/places.h"
#include "data/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define DAY 86400

/* Add n incidents of a server that began one second after another. */
static void add(struct incident_rows *rows, const char *slug, int64_t first,
	size_t n, bool open)
{
	const struct server server = {.n_regions = 0};
	const struct view view = {.freshness = VIEW_NONE};
	struct places places;

	places_read(&places, &server, &view);
	for (size_t i = 0; i < n; i++) {
		struct incident in = {.trouble = TROUBLE_DOWN,
			.started_at = first + (int64_t)i,
			.updated_at = first + (int64_t)i,
			.ended_at = open ? 0 : first + DAY};

		incident_rows_add(rows, slug, &server,
			&(struct incidents) {.v = &in, .n = 1}, &places);
	}
	places_release(&places);
}

static void test_open_stay(void **state)
{
	struct incident_rows rows = {.n = 0};

	(void)state;
	add(&rows, "old", 1 * DAY, 2, true);
	add(&rows, "over", 2 * DAY, INCIDENT_ROWS_MAX, false);
	incident_rows_sort(&rows);
	assert_int_equal(rows.n, INCIDENT_ROWS_MAX);
	/* The two that began first go on; the two after these are left out. */
	assert_string_equal(rows.v[0].slug, "over");
	assert_int_equal(rows.v[0].started_at,
		2 * DAY + INCIDENT_ROWS_MAX - 1);
	assert_int_equal(rows.v[rows.n - 3].started_at, 2 * DAY + 2);
	assert_int_equal(rows.v[rows.n - 2].started_at, DAY + 1);
	assert_int_equal(rows.v[rows.n - 1].started_at, DAY);
	assert_int_equal(rows.v[rows.n - 1].ended_at, 0);
	incident_rows_release(&rows);
}

static void test_all_open(void **state)
{
	struct incident_rows rows = {.n = 0};

	(void)state;
	add(&rows, "over", DAY, 1, false);
	add(&rows, "open", DAY, INCIDENT_ROWS_MAX + 2, true);
	incident_rows_sort(&rows);
	assert_int_equal(rows.n, INCIDENT_ROWS_MAX);
	assert_int_equal(rows.v[rows.n - 1].started_at, DAY + 2);
	incident_rows_release(&rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_stay),
		cmocka_unit_test(test_all_open),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
