/* SPDX-License-Identifier: MIT */
/*
 * Goal: a platform is recognized by whole labels of the host, and not where its
 * name stands elsewhere in the URL.
 */
#include "incident/kinds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* Whether the first failure after a pause is excused. */
static void expect_cold(const char *url, bool cold)
{
	const struct conf_policy p = {.idle_s = 900};
	const struct observation s = {.window = 1777485000, .failing = true};
	struct alert_state st;

	state_init(&st, "s");
	string_set(&st.url, url);
	st.window = s.window - 1800;
	if (cold_start_excuses(&st, &s, &p) != cold)
		fail_msg("%s", url ? url : "no URL");
	state_release(&st);
}

static void test_platforms(void **state)
{
	static const struct {
		const char *url;
		bool cold;
	} cases[] = {
		{"https://a.vercel.app/mcp", true},
		{"https://vercel.app", true},
		{"https://A.B.Railway.APP:8443/x", true},
		{"https://x.render.com?y", true},
		{"https://x.onrender.com/", true},
		{"https://x.fly.dev./mcp", true},
		{"https://svc-abc-uc.a.run.app/mcp", true},
		{"https://abc.lambda-url.eu-west-1.on.aws/", true},
		{"https://lambda-url.eu-west-1.on.aws/", true},
		{"https://abc.lambda-url.on.aws/", false},
		{"https://abc.lambda-url.a.b.on.aws/", false},
		{"https://lambda.eu-west-1.on.aws/", false},
		{"https://evilrender.com/", false},
		{"https://xfly.dev/", false},
		{"https://fly.dev.example.com/", false},
		{"https://example.com/fly.dev", false},
		{"https://example.com/?u=https://a.fly.dev", false},
		{"https://app/", false},
		{"https://.run.app/", true},
		{"https://..app/", false},
		{"https://", false},
		{"https:///a.run.app", false},
		{"a.run.app", false},
		{"", false},
		{NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		expect_cold(cases[i].url, cases[i].cold);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_platforms),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
