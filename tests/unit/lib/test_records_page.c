/* SPDX-License-Identifier: MIT */
/*
 * Goal: mcp-records(5) has every member of every record, and no member that no
 * record has.
 */
#include "base/buf.h"
#include "records/alert.h"
#include "records/doctor.h"
#include "records/expiry.h"
#include "records/history.h"
#include "records/maintenance.h"
#include "records/month_report.h"
#include "records/silence.h"
#include "records/probe.h"
#include "records/spool.h"
#include "records/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PAGE "man/mcp-records.5"

static const struct {
	const char *title;
	const struct field *fields;
	const char *also; /* another section that has some of them, or NULL */
} records[] = {
	{"Step record", step_fields, NULL},
	{"Tool record", tool_fields, "Step record"},
	{"Probe record", probe_fields, "Step record"},
	{"Runner record", runner_fields, NULL},
	{"Spool record", spool_fields, "Expiry record"},
	{"Doctor record", doctor_fields, NULL},
	{"Expiry record", expiry_fields, NULL},
	{"Verdict record", verdict_fields, NULL},
	{"Maintenance record", maintenance_fields, NULL},
	{"Silence record", silence_fields, NULL},
	{"History record", history_fields, NULL},
	{"Report record", month_report_fields, NULL},
	{"Report row", month_report_row_fields, NULL},
	{"Alert event", alert_fields, NULL},
};

/* These are put into an event on its way. */
static const char *const added[] = {"routes", "fallback_for", NULL};

static char *read_page(const char *path)
{
	char piece[4096];
	FILE *f = fopen(path, "r");
	struct buf b;
	size_t n;

	if (!f)
		fail_msg("%s, looked for from the top folder", path);
	buf_init(&b, 1024 * 1024);
	while ((n = fread(piece, 1, sizeof piece, f)) > 0)
		buf_add(&b, piece, n);
	fclose(f);
	return buf_take(&b);
}

/* The text of a section of the page; free it. */
static char *section_of(const char *page, const char *title)
{
	char head[100];
	const char *begin, *end, *last;

	snprintf(head, sizeof head, "\n.Ss %s\n", title);
	begin = strstr(page, head);
	if (!begin)
		fail_msg("no section %s", title);
	begin += strlen(head) - 1;
	end = strstr(begin, "\n.Ss ");
	last = strstr(begin, "\n.Sh ");
	if (!end || end > last)
		end = last;
	return strndup(begin, (size_t)(end - begin));
}

/*
 * The names that mdoc(7) calls variables, each between two spaces: of all
 * lines, or of those that begin an item. Free it.
 */
static char *variables(const char *section, const char *line)
{
	struct buf b;

	buf_init(&b, 65536);
	buf_char(&b, ' ');
	for (const char *p = strstr(section, line); p; p = strstr(p, line)) {
		const char *names = strstr(p, "Va ");
		size_t n = strcspn(++p, "\n");

		if (names && names < p + n) {
			buf_add(&b, names + 3, (size_t)(p + n - names - 3));
			buf_char(&b, ' ');
		}
	}
	return buf_take(&b);
}

static bool has_name(const char *names, const char *key)
{
	size_t n = strlen(key);

	for (const char *p = strstr(names, key); p; p = strstr(p + n, key))
		if (p[-1] == ' ' && strchr(" \n", p[n]))
			return true;
	return false;
}

static bool in_table(const struct field *f, const char *key)
{
	for (; f->type != FIELD_END; f++)
		if (strcmp(f->key, key) == 0 ||
			(f->table && in_table(f->table, key)))
			return true;
	return false;
}

static void expect_all(const struct field *f, const char *names,
	const char *title)
{
	for (; f->type != FIELD_END; f++) {
		if (!has_name(names, f->key))
			fail_msg("%s: no %s", title, f->key);
		if (f->table)
			expect_all(f->table, names, title);
	}
}

/* What each record has in common is in the section on names. */
static void test_members(void **state)
{
	char *page = read_page(PAGE), *section, *more, *names;

	(void)state;
	for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
		struct buf b;

		section = section_of(page, records[i].title);
		more = section_of(page, records[i].also ? records[i].also
							: records[i].title);
		buf_init(&b, 65536);
		buf_str(&b, " slug region");
		names = variables(section, "\n.");
		buf_str(&b, names);
		free(names);
		names = variables(more, "\n.");
		buf_str(&b, names);
		expect_all(records[i].fields, b.p, records[i].title);
		free(names);
		free(section);
		free(more);
		buf_release(&b);
	}
	free(page);
}

static void expect_known(const char *key, const struct field *fields,
	const char *title)
{
	for (const char *const *a = added; *a; a++)
		if (strcmp(key, *a) == 0)
			return;
	if (!in_table(fields, key))
		fail_msg("%s has no %s", title, key);
}

static void test_items(void **state)
{
	char *page = read_page(PAGE);

	(void)state;
	for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
		char *section = section_of(page, records[i].title), *rest;
		char *names = variables(section, "\n.It Va ");
		size_t n = 0;

		for (char *key = strtok_r(names, " ,", &rest); key;
			key = strtok_r(NULL, " ,", &rest), n++)
			expect_known(key, records[i].fields, records[i].title);
		assert_true(n > 2);
		free(names);
		free(section);
	}
	free(page);
}

/* The page, and fleet.yaml(5), name every kind of event. */
static void test_kinds(void **state)
{
	static const char *const pages[] = {PAGE, "man/fleet.yaml.5"};

	(void)state;
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		char *page = read_page(pages[i]);

		for (const char *const *k = alert_kind_names; *k; k++)
			if (!has_name(page, *k))
				fail_msg("%s: no %s", pages[i], *k);
		free(page);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_items),
		cmocka_unit_test(test_kinds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
