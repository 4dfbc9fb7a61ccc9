/* SPDX-License-Identifier: MIT */
/* Goal: what a slot says is what was written; a broken row says nothing. */
#include "store/hour_row.h"
#include "terms/names.h"
#include "terms/rates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void test_codes(void **state)
{
	static const char *const ways[] = {"dns.nxdomain", "deadline",
		"http.429", "http.100", "http.999", "jsonrpc.-32000",
		"jsonrpc.-32700", "jsonrpc.-32768", "tool.missing", "proxy"};
	char out[HOUR_ROW_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
		assert_string_equal(
			hour_row_error(hour_row_code(ways[i]), out), ways[i]);
	assert_int_equal(hour_row_code(NULL), 0);
	assert_null(hour_row_error(0, out));
	assert_int_equal(hour_row_code("x.unheard-of"), 4095);
	assert_int_equal(hour_row_code("http.42"), 4095);
	assert_null(hour_row_error(4095, out));
	/* hour_row.lua counts that as throttled. */
	assert_int_equal(hour_row_code("http.429"), 1329);
	assert_null(hour_row_error(99, out));
}

static void test_slots(void **state)
{
	char row[HOUR_ROW_SIZE + 3 * HOUR_ROW_SLOT] = {0};
	struct hour_row_probe p;
	int64_t window = 1795260480; /* minute 28 */
	unsigned char *slot = (unsigned char *)row + 28 * HOUR_ROW_SLOT;
	unsigned char *failure =
		(unsigned char *)row + HOUR_ROW_SIZE + HOUR_ROW_SLOT;
	unsigned char *lost = failure + HOUR_ROW_SLOT;
	unsigned said = 300u << 6 | STATE_BROKEN << 4 | ERA_SESSION << 2 | 3;
	unsigned failed = STEP_TOOLS_LIST << 12 | hour_row_code("http.503");

	(void)state;
	assert_false(hour_row_read(row, sizeof row, window, &p));
	slot[0] = 11;
	slot[1] = (unsigned char)(said >> 8);
	slot[2] = (unsigned char)said;
	failure[0] = 28 | (LAYER_HTTP - 1) << 6;
	failure[1] = (unsigned char)(failed >> 8);
	failure[2] = (unsigned char)failed;
	assert_true(hour_row_read(row, sizeof row, window, &p));
	assert_true(p.record.key.started_at == (double)window + 2.5);
	assert_int_equal(p.record.state, STATE_BROKEN);
	assert_int_equal(p.record.era, ERA_SESSION);
	assert_int_equal(p.record.failed_step, STEP_TOOLS_LIST);
	assert_string_equal(p.record.error, "http.503");
	assert_int_equal(p.code, 1403);
	assert_int_equal(histogram_bucket(p.record.total_ms), 300);
	assert_false(p.lost);
	lost[0] = 61; /* minutes 16 to 31: 28 and 31 */
	lost[1] = 0x90;
	assert_true(hour_row_read(row, sizeof row, window, &p) && p.lost);
	lost[1] = 0x80;
	assert_true(hour_row_read(row, sizeof row, window, &p) && !p.lost);
	/* Cut off, not whole, a step or a minute that does not exist. */
	assert_false(hour_row_read(row, HOUR_ROW_SIZE - 1, window, &p));
	assert_false(hour_row_read(row, sizeof row, window + 60, &p));
	slot[2] &= 0xfd;
	assert_false(hour_row_read(row, sizeof row, window, &p));
	slot[2] |= 2;
	failure[1] = 0x90;
	assert_false(hour_row_read(row, sizeof row, window, &p));
	failure[1] = 0;
	slot[0] = 241;
	assert_false(hour_row_read(row, sizeof row, window, &p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_slots),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
