/* SPDX-License-Identifier: MIT */
/*
 * Goal: the page names every key with its range and its default, its full
 * example has all keys, and no damage to that example crashes the parser.
 */
#include "conf/formats.h"
#include "conf/schema.h"
#include "conf_heard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* How the page begins the entry of a key. */
static void expected(const struct conf_key *key, char *out, size_t size)
{
	char low[CONF_SHOWN], high[CONF_SHOWN];
	size_t n;

	*out = '\0';
	if (key->type == CONF_SECONDS)
		snprintf(out, size, "Duration, %s to %s",
			conf_duration(key->min, low),
			conf_duration(key->max, high));
	else if (key->type == CONF_INT)
		snprintf(out, size, "Whole number, %.0f to %.0f", key->min,
			key->max);
	else if (key->type == CONF_NUMBER)
		snprintf(out, size, "Number, %g to %g", key->min, key->max);
	else if (key->type == CONF_LABELS)
		snprintf(out, size, "Map of texts");
	else if (key->type == CONF_BOOL)
		snprintf(out, size, "True or false");
	n = strlen(out);
	if (key->otherwise && n)
		snprintf(out + n, size - n, ", default %s:", key->otherwise);
}

/* How the page ends the entry of a text; false where it has no default. */
static bool key_default(const struct conf_key *key, char *out)
{
	if (key->type != CONF_TEXT || !key->otherwise)
		return false;
	snprintf(out, 200, "default %s", key->otherwise);
	return true;
}

/* The first line of the page on a key of a section; free it. */
static char *said(const char *section, const char *name)
{
	const char *end = strstr(section + 1, "\n.Ss ");
	const char *item;
	char head[100];

	if (!end)
		end = strstr(section, "\n.Sh ");
	snprintf(head, sizeof head, "\n.It Va %s\n", name);
	item = strstr(section, head);
	if (!item || !end || item > end)
		fail_msg("%.30s: no %s", section, name);
	item += strlen(head);
	return strndup(item, strcspn(item, "\n"));
}

static void documented(const char *page, const char *example,
	const struct conf_key *keys, const char *path)
{
	char name[200], want[500];
	const char *section;

	snprintf(name, sizeof name, "\n.Ss %s\n", *path ? path : "The file");
	section = strstr(page, name);
	if (!section)
		fail_msg("no section %s", path);
	for (; keys->name; keys++) {
		/* What follows `match` is described at servers. */
		if (keys->gone || (strcmp(path, "defaults[]") == 0 &&
					  strcmp(keys->name, "match") != 0))
			continue;
		char *found = said(section, keys->name);

		expected(keys, want, sizeof want);
		if (strncmp(found, want, strlen(want)) != 0 ||
			(key_default(keys, name) && !strstr(found, name)) ||
			(keys->required && !strstr(found, "equired")))
			fail_msg("%s.%s: %s; not: %s", path, keys->name, found,
				want);
		free(found);
		snprintf(name, sizeof name, "%s:", keys->name);
		if (!strstr(example, name))
			fail_msg("the example has no %s", name);
		snprintf(name, sizeof name, "%s%s%s%s", path, *path ? "." : "",
			keys->name, keys->type == CONF_MAPS ? "[]" : "");
		if (keys->keys)
			documented(page, example, keys->keys, name);
	}
}

static void test_page(void **state)
{
	char *page = conf_page(), *example = conf_full(), *p;

	(void)state;
	/* mandoc wants ".Ss servers[]\&". */
	while ((p = strstr(page, "\\&\n")))
		memmove(p, p + 2, strlen(p + 2) + 1);
	documented(page, example, conf_keys, "");
	free(page);
	free(example);
}

/* How many values a file can set there. */
static int settings(const struct conf_key *keys)
{
	int n = 0;

	for (; keys->name; keys++)
		if (!keys->gone)
			n += keys->keys ? settings(keys->keys) : 1;
	return n;
}

/* What decides who hears what: few enough to know them all. */
static void test_settings(void **state)
{
	int n = settings(conf_alerts);

	(void)state;
	/* The addresses of routes decide nothing. */
	assert_string_equal(conf_alerts[0].name, "routes");
	n -= settings(conf_alerts[0].keys);
	if (n > 29)
		fail_msg("alerts has %d settings", n);
}

/* Parsing gives a configuration or a reason, never both. */
static void survives(const char *p, size_t n)
{
	struct buf heard;
	struct conf *c = conf_hear(p, n, &heard);
	bool faults = heard.len && strncmp(heard.p, "warning: ", 9) != 0;

	if ((c != NULL) == faults)
		fail_msg("%.*s\n%s", (int)n, p, heard.p);
	if (c) {
		struct buf b;

		buf_init(&b, 1024 * 1024);
		conf_json(c, &b);
		assert_true(buf_ok(&b));
		for (size_t i = 0; i < c->n_servers; i++)
			conf_target(&c->servers[i], NULL, NULL, NULL, NULL, &b);
		buf_release(&b);
	}
	conf_free(c);
	buf_release(&heard);
}

static void test_truncated(void **state)
{
	char *example = conf_full();

	(void)state;
	for (size_t n = 0; n < strlen(example); n++)
		survives(example, n);
	free(example);
}

/* Changes every third byte, to two others: all would take most of the time of all
   unit tests. tests/fuzz/conf.c makes changes of any kind. */
static void test_bytes(void **state)
{
	static const char bytes[] = "[]{}:-&*!|>'\"\t\n#,%@?~<0\x80\xff ";
	char *example = conf_full();
	size_t k = 0;

	(void)state;
	for (size_t i = 0, n = strlen(example); i < n; i += 3) {
		char kept = example[i];

		for (int times = 0; times < 2; times++) {
			/* The NUL at the end of `bytes` is tried, too. */
			example[i] = bytes[k++ % sizeof bytes];
			survives(example, strlen(example + i) ? strlen(example)
							      : i + 1);
		}
		example[i] = kept;
	}
	free(example);
}

/* Removes a line, repeats it, or indents it otherwise. */
static void test_lines(void **state)
{
	char *example = conf_full(), *line, *next;
	struct buf b;

	(void)state;
	buf_init(&b, 100000);
	for (line = example; *line; line = next) {
		size_t before = (size_t)(line - example), n;

		next = strchr(line, '\n') + 1;
		n = (size_t)(next - line);
		for (int what = 0; what < 4; what++) {
			buf_clear(&b);
			buf_add(&b, example, before);
			if (what == 1)
				buf_add(&b, line, n);
			if (what == 2)
				buf_char(&b, ' ');
			if (what == 1 || what == 2)
				buf_add(&b, line, n);
			if (what == 3)
				buf_add(&b, line + 1, n - 1);
			buf_str(&b, next);
			survives(b.p, b.len);
		}
	}
	buf_release(&b);
	free(example);
}

/* Faults come in the order of the file, and no more than 20. */
static void test_many_faults(void **state)
{
	struct buf b, expected, heard;

	(void)state;
	buf_init(&b, 65536);
	buf_init(&expected, 65536);
	buf_str(&b, "regions:\n- name: a\n- name: b\n- name: c\n"
			"servers:\n");
	for (int i = 0; i < 11; i++) {
		buf_str(&b, "- slug: a\n  interval: 1s\n");
		if (i < 7)
			buf_fmt(&expected, "f:%d:3: servers[%d].url: missing\n",
				6 + 2 * i, i);
		if (i > 0 && i < 7)
			buf_fmt(&expected, "f:%d:3: servers[%d].slug: the name "
				"a is already in line 6\n", 6 + 2 * i, i);
		if (i < 7)
			buf_fmt(&expected, "f:%d:3: servers[%d].interval: 1s is "
				"below 30s\n", 7 + 2 * i, i);
	}
	buf_str(&expected, "f: 12 more errors\n");
	assert_null(conf_hear(b.p, b.len, &heard));
	assert_string_equal(heard.p, expected.p);
	buf_release(&b);
	buf_release(&expected);
	buf_release(&heard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_many_faults),
		cmocka_unit_test(test_lines),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
