/*
 * Goal: servers that begin to fail in the same way, at the same time, from the
 * same places are one group; others are not drawn into it.
 */
#include "../../alertd/common.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* "a:downtime:6@0[eu,us]": slug, kind, step, minute, regions. */
static void note(struct common_starts *l, const char *text)
{
	char slug[20], kind[20], regions[60];
	const char *names[3];
	struct alert_record r = {.phase = ALERT_STARTED, .regions = names};
	int step, minute;
	char *save = NULL;

	assert_int_equal(sscanf(text, "%19[^:]:%19[^:]:%d@%d[%59[^]]]", slug,
		kind, &step, &minute, regions), 5);
	assert_true(alert_kind_parse(kind, &r.kind));
	r.slug = slug;
	r.step = (enum step)step;
	r.at = minute * 60;
	for (char *s = strtok_r(regions, ",", &save); s;
		s = strtok_r(NULL, ",", &save))
		names[r.n_regions++] = s;
	common_note(l, &r);
}

/* The groups, "a b c | d e f". */
static void tell(struct common_starts *l, size_t least, char *out, size_t size)
{
	size_t groups = common_group(l, least), n = 0;

	*out = '\0';
	for (size_t g = 1; g <= groups; g++) {
		n += (size_t)snprintf(out + n, size - n, "%s",
			g > 1 ? " |" : "");
		for (size_t i = 0; i < l->n; i++)
			if (l->v[i].group == g)
				n += (size_t)snprintf(out + n, size - n, "%s%s",
					n ? " " : "", l->v[i].slug);
	}
}

static void test_groups(void **state)
{
	static const struct {
		const char *starts[8];
		const char *groups; /* of three or more */
	} cases[] = {
		{{NULL}, ""},
		{{"c:downtime:6@0[eu,us]", "a:downtime:6@0[eu,us]",
			 "b:downtime:6@0[eu,us]"}, "a b c"},
		{{"a:downtime:6@0[eu]", "b:downtime:6@0[eu]"}, ""},
		{{"a:downtime:6@0[eu]", "b:downtime:6@0[eu]",
			 "c:downtime:5@0[eu]"}, ""},
		{{"a:downtime:6@0[eu]", "b:downtime:6@1[eu]",
			 "c:downtime:6@0[eu]"}, ""},
		{{"a:downtime:6@0[eu]", "b:regional:6@0[eu]",
			 "c:downtime:6@0[eu]"}, ""},
		{{"a:downtime:6@0[eu]", "b:downtime:6@0[us]",
			 "c:downtime:6@0[eu,us]"}, ""},
		{{"a:probe_silent:0@3[eu]", "b:probe_silent:0@3[eu]",
			 "c:probe_silent:0@3[eu]", "a:downtime:1@3[eu]",
			 "b:downtime:1@3[eu]", "d:downtime:1@3[eu]",
			 "e:downtime:1@3[eu]"}, "a b d e | a b c"},
		{{"a:downtime:6@0[eu]", "a:downtime:6@0[eu]",
			 "b:downtime:6@0[eu]"}, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct common_starts l = {0};
		char got[200];

		for (size_t k = 0; cases[i].starts[k]; k++)
			note(&l, cases[i].starts[k]);
		tell(&l, 3, got, sizeof got);
		if (strcmp(got, cases[i].groups) != 0)
			fail_msg("case %zu: %s", i, got);
		common_release(&l);
	}
}

/* Nothing but the beginning of an incident begins anything. */
static void test_phases(void **state)
{
	struct common_starts l = {0};

	(void)state;
	for (unsigned p = ALERT_ESCALATED; p <= ALERT_ONCE; p++)
		common_note(&l, &(struct alert_record) {
			.slug = "a", .phase = (enum alert_phase)p});
	assert_int_equal(l.n, 0);
	assert_int_equal(common_group(&l, 2), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_phases),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
