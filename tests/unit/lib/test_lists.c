/* SPDX-License-Identifier: MIT */
/*
 * Goal: a line of a list becomes a server with what `defaults` give it, or is
 * left out, and each fault is told with list and line, whatever the line holds; a command
 * that prints a list ends in its time, with all that it started.
 */
#include "base/clock.h"
#include "base/xalloc.h"
#include "conf/lists.h"
#include "conf/schema.h"
#include "records/alert.h"
#include "conf_heard.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define FLEET                                                                  \
	"regions: [{name: ra}, {name: rb}, {name: rc}]\n"                      \
	"accounts: [{name: acme, token_sha256: "                               \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}]\n" \
	"defaults:\n"                                                          \
	"  - {match: [d-*], account: acme, thresholds: {quorum: 3}}\n"         \
	"  - {match: ['*-2', 'd-3'], interval: 5m, regions: [rb],\n"           \
	"     thresholds: {quorum: 4, alone: 5},\n"                            \
	"     auth: {mode: header, credential: k, bare_401: true}}\n"           \
	"alerts: {routes: [{name: chat, type: slack, secret: hook}]}\n"

/* What is wrong in a line of a list is never fatal. */
static void hear(void *arg, bool fatal, const char *message)
{
	buf_fmt(arg, "%s%s\n", fatal ? "fatal: " : "", message);
}

/* What is said of a line, whose copy has no NUL behind it. */
static struct conf *take(const char *line, struct buf *heard)
{
	struct conf *c = conf_must(FLEET, "");
	struct conf_errors *r = conf_errors_new();
	size_t n = strlen(line);
	char *copy = xmalloc(n);

	memcpy(copy, line, n);
	conf_take_line(c, "l", 7, copy, n, r);
	free(copy);
	buf_init(heard, 100000);
	conf_tell(r, "f", hear, heard);
	conf_errors_free(r);
	return c;
}

static void put_server(struct buf *b, const struct conf_server *s)
{
	buf_fmt(b, "%s %s %s %.17g %.17g %s %s%s", s->slug, s->url,
		s->title ? s->title : "-", s->interval_s, s->timeout_s,
		conf_auth_modes[s->auth.mode],
		s->auth.credential ? s->auth.credential : "-",
		s->auth.bare_401 ? " bare" : "");
	buf_fmt(b, " %s%s%s%s%s %d %d %.17g", s->account ? s->account : "-",
		s->private ? " private" : "",
		s->deny_private ? " public"
		: s->cold_start ? " cold"
				: "",
		s->cache_check == CONF_NO_CACHE_CHECK ? " nocache" : "",
		s->http_version == CONF_HTTP_2 ? " http2" : "",
		s->thresholds.quorum, s->thresholds.alone,
		s->thresholds.lookback_s);
	for (size_t i = 0; i < s->n_regions; i++)
		buf_fmt(b, "%c%s", i ? ',' : ' ', s->regions[i]);
	if (s->group)
		buf_fmt(b, " (%s)", s->group);
	if (s->ca)
		buf_fmt(b, " by %s", s->ca);
	for (size_t i = 0; i < s->n_tags; i++)
		buf_fmt(b, " #%s", s->tags[i]);
	if (s->owner)
		buf_fmt(b, " of %s %g", s->owner, s->slow_above_s);
	for (size_t i = 0; i < s->n_labels; i++)
		buf_fmt(b, " %s=%s", s->labels[i].name, s->labels[i].value);
}

#define A "\"slug\":\"a\",\"url\":\"https://x/\""

static void test_taken(void **state)
{
	static const struct {
		const char *line, *server;
	} cases[] = {
		{"{" A "}", "a https://x/ - 60 30 none - - 2 3 180 ra,rb,rc"},
		{" {" A ",\"v\":1,\"type\":\"target\",\"region\":\"x\","
		 "\"known_hash\":7,\"account\":null,\"new\":[{}]}\r",
			"a https://x/ - 60 30 none - - 2 3 180 ra,rb,rc"},
		{"{" A ",\"interval\":30,\"timeout\":1e1,\"private\":true,"
		 "\"account\":\"acme\",\"cold_start\":true,"
		 "\"cache_check\":false,\"regions\":[\"rc\",\"ra\"],"
		 "\"http_version\":2,\"title\":\"\\u00c4 b\"}",
			"a https://x/ Ä b 30 10 none - acme private cold "
			"nocache http2 2 3 180 rc,ra"},
		{"{" A ",\"interval\":\"5m\",\"timeout\":\"1m30s\","
		 "\"cache_check\":\"yes\"}",
			"a https://x/ - 300 90 none - - 2 3 900 ra,rb,rc"},
		{"{" A ",\"group\":\"Big ones\",\"tags\":[\"eu\",\"x.1\"]}",
			"a https://x/ - 60 30 none - - 2 3 180 ra,rb,rc "
			"(Big ones) #eu #x.1"},
		{"{" A ",\"ca\":\"ca.pem\"}", "a https://x/ - 60 30 none - - "
			"2 3 180 ra,rb,rc by ca.pem"},
		{"{" A ",\"ca\":\"a\\nb\"}", "a https://x/ - 60 30 none - - "
			"2 3 180 ra,rb,rc by a\nb"},
		{"{" A ",\"owner\":\"X\",\"slow_above\":1.5,"
		 "\"labels\":{\"team\":\"a\",\"b\":\"c\"}}",
			"a https://x/ - 60 30 none - - 2 3 180 ra,rb,rc of X "
			"1.5 team=a b=c"},
		{"{" A ",\"deny_private\":true}",
			"a https://x/ - 60 30 none - - public 2 3 180 "
			"ra,rb,rc"},
		{"{" A ",\"interval\":30.123456789012344}",
			"a https://x/ - 30.123456789012344 30 none - - 2 3 180 "
			"ra,rb,rc"},
		{"{" A ",\"auth\":{\"credential\":\"k\"},"
		 "\"thresholds\":{\"quorum\":1,\"lookback\":200}}",
			"a https://x/ - 60 30 any k - 1 3 200 ra,rb,rc"},
		/* Each threshold comes alone, the first pattern counts. */
		{"{\"slug\":\"d-1\",\"url\":\"https://x/\"}",
			"d-1 https://x/ - 60 30 none - acme 3 3 180 ra,rb,rc"},
		{"{\"slug\":\"d-2\",\"url\":\"https://x/\"}",
			"d-2 https://x/ - 300 30 header k bare acme 3 5 900 "
			"rb"},
		{"{\"slug\":\"d-3\",\"url\":\"https://x/\",\"interval\":60,"
		 "\"thresholds\":{\"alone\":1}}",
			"d-3 https://x/ - 60 30 header k bare acme 3 1 180 rb"},
		/* auth comes whole, or not at all. */
		{"{\"slug\":\"e-2\",\"url\":\"https://x/\","
		 "\"auth\":{\"mode\":\"none\"},\"regions\":[\"ra\"]}",
			"e-2 https://x/ - 300 30 none - - 4 5 900 ra"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf heard, server;
		struct conf *c = take(cases[i].line, &heard);
		struct conf_server s;

		assert_string_equal(heard.p, "");
		assert_int_equal(conf_count(c), 1);
		s = conf_server_at(c, 0);
		buf_init(&server, 10000);
		put_server(&server, &s);
		assert_string_equal(server.p, cases[i].server);
		assert_string_equal(s.list, "l");
		assert_int_equal(s.line, 7);
		conf_free(c);
		buf_release(&server);
		buf_release(&heard);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *line, *heard;
	} cases[] = {
		{"[1]", "not a JSON object\n"},
		{"null", "not a JSON object\n"},
		{"{" A ",\"slug\":\"b\"}",
			"byte 32: a key that occurs twice in its object\n"},
		{"{}", "slug: missing\nl:7: url: missing\n"},
		{"{\"slug\":null,\"url\":3}",
			"slug: missing\nl:7: url: expected a string\n"},
		{"{\"slug\":[],\"url\":\"https://x/\"}",
			"slug: expected a single value\n"},
		{"{\"v\":\"1\"," A "}", "v: not valid for a target record\n"},
		{"{\"v\":1.5," A "}", "v: not valid for a target record\n"},
		{"{\"type\":null," A "}",
			"type: not valid for a target record\n"},
		{"{" A ",\"title\":\"a\\nb\"}",
			"title: contains a control character\n"},
		{"{" A ",\"title\":\"\"}", "title: is empty\n"},
		{"{" A ",\"interval\":-60}",
			"interval: expected a duration such as 60s, 5m or 72h, "
			"found -60s\n"},
		{"{" A ",\"interval\":1e300}",
			"interval: expected a duration such as 60s, 5m or 72h, "
			"found 1e+300s\n"},
		{"{" A ",\"interval\":true}",
			"interval: expected a duration such as 60s, 5m or 72h, "
			"found yes\n"},
		{"{" A ",\"interval\":{}}",
			"interval: expected a single value\n"},
		{"{" A ",\"private\":\"true\"}",
			"private: expected true or false, found true in "
			"quotes\n"},
		{"{" A ",\"auth\":\"none\"}", "auth: expected an object\n"},
		{"{" A ",\"group\":7}", "group: expected a string\n"},
		{"{" A ",\"tags\":\"eu\"}",
			"tags: expected a list, of up to 20 strings\n"},
		{"{" A ",\"tags\":[\"eu\",\"eu\"]}",
			"tags: contains the same value twice\n"},
		{"{" A ",\"auth\":{\"mode\":\"beare\"}}",
			"auth.mode: expected none, any, bearer, header, oauth "
			"or mtls, found beare (did you mean bearer?)\n"},
		{"{" A ",\"auth\":{\"credential\":\"ack\"}}",
			"auth.credential: ack is the name of an internal "
			"secret of mcp-fleet; use another name\n"},
		{"{" A ",\"auth\":{\"credential\":\"hook\"}}",
			"auth.credential: hook is the secret of route chat, "
			"and must not be sent to a server\n"},
		{"{" A ",\"auth\":{\"mode\":\"bearer\"}}",
			"auth.mode: this mode needs a credential\n"},
		{"{" A ",\"thresholds\":{\"quorum\":2.5}}",
			"thresholds.quorum: expected a whole number, found "
			"2.5\n"},
		{"{" A ",\"thresholds\":{\"quorum\":\"2\"}}",
			"thresholds.quorum: expected a whole number, found 2 "
			"in quotes\n"},
		{"{" A ",\"thresholds\":{\"quorum\":1e99}}",
			"thresholds.quorum: expected a whole number, found "
			"1e+99\n"},
		{"{" A ",\"regions\":[]}",
			"regions: expected a list, of up to 100 strings\n"},
		{"{" A ",\"regions\":\"ra\"}",
			"regions: expected a list, of up to 100 strings\n"},
		{"{" A ",\"regions\":[1,\"ra\",\"ra\"]}",
			"regions: expected a list of strings\n"
			"l:7: regions: contains the same value twice\n"},
		{"{" A ",\"regions\":[\"rd\"]}",
			"regions: no region is named rd (did you mean ra?)\n"},
		{"{" A ",\"health_tool\":{\"name\":\"t\",\"arguments\":3}}",
			"health_tool.arguments: expected an object\n"},
		{"{" A ",\"thresholds\":{\"lookback\":59}}",
			"thresholds.lookback: a lookback of 59s is shorter "
			"than the interval of 60s\n"
			"l:7: thresholds.lookback: a tolerance of 60s is "
			"longer than the lookback of 59s\n"},
		/* What `defaults` give may not fit; it is told where. */
		{"{\"slug\":\"d-2\",\"url\":\"https://x/\",\"timeout\":299,"
		 "\"interval\":120}",
			"timeout: a timeout of 299s is longer than the "
			"interval of 2m\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf heard, expected;
		struct conf *c = take(cases[i].line, &heard);

		buf_init(&expected, 10000);
		buf_fmt(&expected, "l:7: %s", cases[i].heard);
		buf_str(&expected, "f: 1 listed server is left out\n");
		if (strcmp(heard.p, expected.p) != 0)
			fail_msg("%s\nexpected:\n%s\ngot:\n%s", cases[i].line,
				expected.p, heard.p);
		assert_int_equal(conf_count(c), 0);
		conf_free(c);
		buf_release(&expected);
		buf_release(&heard);
	}
}

/* A folder with two FIFOs that nobody writes to, and a script. */
struct folder {
	char path[64], script[100], words[110];
	int fd; /* the reading end of `told` */
};

static struct folder make_folder(const char *script)
{
	struct folder f = {.path = "/tmp/test_lists.XXXXXX"};
	char name[100];
	int fd;

	assert_non_null(mkdtemp(f.path));
	snprintf(name, sizeof name, "%s/never", f.path);
	assert_int_equal(mkfifo(name, 0600), 0);
	snprintf(name, sizeof name, "%s/told", f.path);
	assert_int_equal(mkfifo(name, 0600), 0);
	f.fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_int_not_equal(f.fd, -1);
	snprintf(f.script, sizeof f.script, "%s/script", f.path);
	fd = open(f.script, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(dprintf(fd, "cd %s\n%s\n", f.path, script),
		(int)(strlen(f.path) + strlen(script) + 5));
	close(fd);
	snprintf(f.words, sizeof f.words, "sh %s", f.script);
	return f;
}

static void remove_folder(const struct folder *f)
{
	static const char *const names[] = {"never", "told", "script"};
	char name[100];

	close(f->fd);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(name, sizeof name, "%s/%s", f->path, names[i]);
		unlink(name);
	}
	assert_int_equal(rmdir(f->path), 0);
}

static struct list_source *run(const char *words, double limit_s, char *why)
{
	return list_run(&(struct list_command) {words, "", limit_s, -1}, why);
}

/* Each would wait for ever. A slow machine may not come as far as its line. */
static void test_command_has_a_limit(void **state)
{
	static const struct {
		const char *script;
		size_t lines;
	} cases[] = {
		{"cat never", 0},
		{"echo a; printf b; cat never", 1},
		{"echo a; exec >/dev/null; cat never", 1},
		{"trap '' TERM INT HUP; cat never", 0},
		/* A line without an end. */
		{"exec tr '\\0' x </dev/zero", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct folder f = make_folder(cases[i].script);
		char why[LIST_WHY];
		struct list_source *s = run(f.words, 0.5, why);
		enum lines_result got;
		const char *p;
		size_t n, lines = 0;

		assert_non_null(s);
		while ((got = list_line(s, &p, &n)) == LINES_LINE)
			lines++;
		assert_true(lines <= cases[i].lines);
		assert_true(got == LINES_ERROR || got == LINES_END);
		assert_false(list_close(s, true, why));
		assert_string_equal(why, "timed out after 0.5 s");
		remove_folder(&f);
	}
}

/* Each byte of a line comes in time, and the line does not. */
static void test_limit_is_of_all_bytes(void **state)
{
	struct folder f = make_folder("while printf b; do sleep 0.9; done");
	double began = clock_mono_ms();
	char why[LIST_WHY];
	struct list_source *s = run(f.words, 1, why);
	const char *p;
	size_t n;

	(void)state;
	assert_non_null(s);
	assert_int_equal(list_line(s, &p, &n), LINES_ERROR);
	assert_true(clock_mono_ms() - began < 3000);
	assert_false(list_close(s, true, why));
	assert_string_equal(why, "timed out after 1 s");
	remove_folder(&f);
}

/* A list that is closed early, at a fault, leaves nothing running. */
static void test_command_ends_with_what_it_started(void **state)
{
	struct folder f = make_folder("{ echo; exec cat never; } >told &\n"
				      "echo line\ncat never");
	struct pollfd told = {.fd = f.fd, .events = POLLIN};
	char why[LIST_WHY], byte;
	struct list_source *s = run(f.words, 60, why);
	const char *p;
	size_t n;

	(void)state;
	assert_non_null(s);
	assert_int_equal(list_line(s, &p, &n), LINES_LINE);
	assert_string_equal(p, "line");
	assert_int_equal(poll(&told, 1, 60000), 1);
	assert_int_equal(read(f.fd, &byte, 1), 1);
	list_close(s, false, why);
	/* The last that could write is gone. */
	assert_int_equal(poll(&told, 1, 60000), 1);
	assert_int_equal(read(f.fd, &byte, 1), 0);
	remove_folder(&f);
}

static void test_how_a_command_ended(void **state)
{
	static const struct {
		const char *script, *why;
	} cases[] = {
		{"exit 0", NULL},
		{"echo said >&2", NULL},
		{"exit 3", "exit status 3"},
		{"echo one >&2; printf 'two\\033\\n\\n' >&2; exit 1",
			"exit status 1: two?"},
		{"kill -9 $$", "ended by signal 9"},
		/* The end of its standard error is what is looked at. */
		{"yes x | head -c 100000 >&2; echo end >&2; exit 1",
			"exit status 1: end"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct folder f = make_folder(cases[i].script);
		char why[LIST_WHY];
		struct list_source *s = run(f.words, 60, why);
		const char *p;
		size_t n;
		bool ok;

		assert_non_null(s);
		assert_int_equal(list_line(s, &p, &n), LINES_END);
		ok = list_close(s, true, why);
		assert_int_equal(ok, !cases[i].why);
		if (!ok)
			assert_string_equal(why, cases[i].why);
		remove_folder(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_command_has_a_limit),
		cmocka_unit_test(test_limit_is_of_all_bytes),
		cmocka_unit_test(test_command_ends_with_what_it_started),
		cmocka_unit_test(test_how_a_command_ended),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
