/* SPDX-License-Identifier: MIT */
/*
 * Goal: every field of a record survives the pipe; foreign text is cleaned and
 * cut, and never makes a line that cannot be read.
 */
#include "records/probe.h"

#include "base/lines.h"
#include "base/num.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "json/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define H1 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define H2 "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

#define KEY_OF {"example-mcp", "us-east-1", "6e0c.A_b-9", 1777485060.412345, NULL}
static const struct probe_key key = KEY_OF;

#define KEY                                                                    \
	"'slug':'example-mcp','region':'us-east-1','probe_id':'6e0c.A_b-9',"   \
	"'probe_started_at':1777485060.412345"
#define STEP "{'v':1,'type':'step'," KEY
#define PROBE "{'v':1,'type':'probe'," KEY

/* A copy of text with " for each '. */
static char *quoted(const char *text)
{
	char *copy = xstrdup(text);

	for (char *p = strchr(copy, '\''); p; p = strchr(p, '\''))
		*p = '"';
	return copy;
}

/* The line is `expected`, with " for ', and can be read; into *r. */
static void read_back(struct buf *b, const char *expected, struct record *r)
{
	char why[RECORD_WHY], *text = expected ? quoted(expected) : NULL;

	assert_true(buf_ok(b));
	assert_ptr_equal(strchr(b->p, '\n'), b->p + b->len - 1);
	b->p[--b->len] = '\0';
	if (text)
		assert_string_equal(b->p, text);
	free(text);
	if (record_read(b->p, b->len, r, why))
		fail_msg("%s: %s", b->p, why);
	buf_clear(b);
}

static void same(const char *a, const char *b)
{
	if (a && b)
		assert_string_equal(a, b);
	else
		assert_true(a == b);
}

static void same_key(const struct probe_key *k)
{
	same(k->slug, key.slug);
	same(k->region, key.region);
	same(k->probe_id, key.probe_id);
	assert_true(fabs(k->started_at - key.started_at) < 1e-6);
}

/* Members that were written before make the very same line. */
static void same_again(const struct buf *line, struct step_record *s,
	struct probe_record *p)
{
	struct buf members, again;

	buf_init(&members, LINE_MAX_BYTES);
	buf_init(&again, 2 * LINE_MAX_BYTES);
	probe_key_write(&members, &key);
	/* A line before it is none of its business. */
	buf_str(&again, "{}\n");
	if (s) {
		s->key.text = members.p;
		step_record_write(&again, s);
	} else {
		p->key.text = members.p;
		probe_record_write(&again, p);
	}
	assert_string_equal(again.p + 3, line->p);
	buf_release(&again);
	buf_release(&members);
}

static void test_steps(void **state)
{
	static const struct {
		enum step step;
		enum step_status status;
		double ms;
		const char *error, *message, *detail, *line;
	} rows[] = {
		{STEP_DNS, STATUS_PASS, 1.23449, NULL, NULL, NULL,
			STEP ",'n':1,'step':'dns','status':'pass','ms':1.234,"
			"'error':null,'message':null,'detail':{}}"},
		{STEP_TOOLS_LIST, STATUS_FAIL, 0, "http.503", "down: \"x\"\\",
			"{\"a\":[1]}",
			STEP ",'n':6,'step':'tools-list','status':'fail',"
			"'ms':0,'error':'http.503','message':"
			"'down: \\\"x\\\"\\\\','detail':{'a':[1]}}"},
		{STEP_TOOL_HASH, STATUS_SKIP, NAN, NULL, "", "{}",
			STEP ",'n':8,'step':'tool-hash','status':'skip',"
			"'ms':null,'error':null,'message':'','detail':{}}"},
		{STEP_TLS, STATUS_SKIP, 1e9, NULL, NULL, NULL, NULL},
		{STEP_INITIALIZE, STATUS_PASS, 1, NULL, NULL, NULL, NULL},
		{STEP_OAUTH_DISCOVERY, STATUS_PASS, 1, NULL, NULL, NULL, NULL},
		{STEP_AUTH_INITIALIZE, STATUS_PASS, 1, NULL, NULL, NULL, NULL},
		{STEP_TOOLS_CALL, STATUS_PASS, 1, NULL, NULL, NULL, NULL},
	};
	struct record r;
	struct buf b;

	(void)state;
	buf_init(&b, LINE_MAX_BYTES);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct step_record s = {key, rows[i].step, rows[i].status,
			rows[i].ms, rows[i].error, rows[i].message,
			rows[i].detail};

		step_record_write(&b, &s);
		same_again(&b, &s, NULL);
		read_back(&b, rows[i].line, &r);
		assert_int_equal(r.type, RECORD_STEP);
		same_key(&r.u.step.key);
		assert_int_equal(r.u.step.step, s.step);
		assert_int_equal(r.u.step.status, s.status);
		assert_true(isnan(s.ms) ? isnan(r.u.step.ms)
					: fabs(r.u.step.ms - s.ms) < 0.001);
		same(r.u.step.error, s.error);
		same(r.u.step.message, s.message);
		same(r.u.step.detail, i == 2 ? NULL : s.detail);
		record_release(&r);
	}
	buf_release(&b);
}

/* Also two names that are valid, though no tool should have them. */
static const struct tool_digest tools[] = {
	{"a", H1, H2}, {"", H2, H2}, {"\"\xe2\x82\xac", H2, H1}};

static const struct cache_check equal = {.result = CACHE_EQUAL};
static const struct cache_check stale = {
	.result = CACHE_STALE,
	.age_s = 3412,
	.tool_hash = H2,
	.full_hash = H1,
	.names = {[CACHE_ADDED] = {"a", "b\x1b", "c"}, [CACHE_CHANGED] = {"d"}},
	.n = {[CACHE_ADDED] = 3, [CACHE_CHANGED] = 1},
	.more = 2,
};

static void test_probes(void **state)
{
	static const struct {
		struct probe_record r;
		const char *line;
	} rows[] = {
		{{KEY_OF, "https://h/mcp", STATE_HEALTHY, STEP_NONE, NULL,
			 214.7, "2025-11-25", ERA_SESSION, H1, H2, 3, tools, 3,
			 NULL, NULL, 0, {NULL, false}},
			PROBE
			",'url':'https://h/mcp','state':'healthy',"
			"'failed_step':null,'error':null,'total_ms':214.7,"
			"'protocol':'2025-11-25','era':'session',"
			"'tool_hash':'" H1 "','full_hash':'" H2 "',"
			"'tool_count':3,'tools':{'a':['" H1 "','" H2
			"'],'':['" H2 "','" H2 "'],'\\\"\xe2\x82\xac'"
			":['" H2 "','" H1 "']}}"},
		{{KEY_OF, NULL, STATE_BROKEN, STEP_DNS, "dns.nxdomain",
			 0, NULL, ERA_NONE, NULL, NULL, -1, NULL, 0, NULL, NULL,
			 0, {"no\nsuch", false}},
			PROBE
			",'state':'broken','failed_step':'dns','error':"
			"'dns.nxdomain','said':'no?such','total_ms':0,'"
			"protocol':null,'era':"
			"null,'tool_hash':null,'full_hash':null,'tool_count':"
			"null}"},
		{{KEY_OF, "x", STATE_AUTH_WALLED, STEP_NONE, NULL, 1e9,
			 "p", ERA_STATELESS, H2, NULL, 0, tools, 0, NULL, NULL,
			 0, {NULL, false}},
			NULL},
		{{KEY_OF, "x", STATE_HEALTHY, STEP_NONE, NULL, 1, "p",
			 ERA_SESSION, H1, H1, 2, NULL, 0, &stale, NULL, 0,
			 {NULL, false}},
			PROBE
			",'url':'x','state':'healthy','failed_step':null,"
			"'error':null,'total_ms':1,'protocol':'p',"
			"'era':'session','tool_hash':'" H1 "','full_hash':'" H1
			"','tool_count':2,'cache':{'result':'stale',"
			"'age_s':3412,'tool_hash':'" H2 "','full_hash':'" H1
			"','added':['a','b?','c'],'removed':[],'changed':['d'],"
			"'redescribed':[],'more':2}}"},
		{{KEY_OF, "x", STATE_HEALTHY, STEP_NONE, NULL, 1, "p",
			 ERA_SESSION, H1, H1, 2, NULL, 0, &equal, NULL, 7,
			 {NULL, true}},
			PROBE ",'url':'x','state':'healthy','failed_step':null,"
			      "'error':null,'total_ms':1,'protocol':'p',"
			      "'era':'session','tool_hash':'" H1
			      "','full_hash':'" H1
			      "','tool_count':2,'cache':{'result':'equal'},"
			      "'clients_refused':true,'definitions_left_out':7}"},
		{{KEY_OF, "x", STATE_BROKEN, STEP_TOOL_HASH, NULL, 1,
			 NULL, ERA_SSE, NULL, NULL, 1000000, tools, 1, NULL,
			 NULL, 0, {NULL, false}},
			NULL},
	};
	struct record r;
	struct buf b;

	(void)state;
	buf_init(&b, LINE_MAX_BYTES);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct probe_record *p = &rows[i].r, *q = &r.u.probe;
		struct probe_record written = *p;
		struct buf list;

		probe_record_write(&b, p);
		same_again(&b, NULL, &written);
		buf_init(&list, LINE_MAX_BYTES);
		if (p->tools)
			record_tools_write(&list, p->tools, p->n_tools);
		written.tools_text = p->tools ? list.p : NULL;
		written.tools = NULL;
		same_again(&b, NULL, &written);
		buf_release(&list);
		read_back(&b, rows[i].line, &r);
		assert_int_equal(r.type, RECORD_PROBE);
		same_key(&q->key);
		same(q->url, p->url);
		assert_int_equal(q->state, p->state);
		assert_int_equal(q->failed_step, p->failed_step);
		same(q->error, p->error);
		assert_true(fabs(q->total_ms - p->total_ms) < 0.001);
		same(q->protocol, p->protocol);
		assert_int_equal(q->era, p->era);
		same(q->tool_hash, p->tool_hash);
		same(q->full_hash, p->full_hash);
		assert_int_equal(q->tool_count, p->tool_count);
		assert_int_equal(q->definitions_left_out,
			p->definitions_left_out);
		assert_true(!q->tools == !p->tools);
		assert_int_equal(q->n_tools, p->n_tools);
		for (size_t k = 0; k < p->n_tools; k++) {
			same(q->tools[k].name, p->tools[k].name);
			same(q->tools[k].contract, p->tools[k].contract);
			same(q->tools[k].full, p->tools[k].full);
		}
		record_release(&r);
	}
	buf_release(&b);
}

/*
 * A definition is what its digest is of, to the byte; the line shows every
 * character that could not be seen.
 */
static void test_definitions(void **state)
{
	static const struct {
		const char *name, *definition, *written;
	} rows[] = {
		{"a", "{'name':'a'}", "{'name':'a'}"},
		{"b", "{'annotations':{'z':[1,0.5,null,true]},'description':"
		      "'x \u202e\u200b\u2028\x7f\xc2\x85\ufe0f y\\n\\u001b\\'\u20ac "
		      "\U000e0041','inputSchema':{'type':'object'},'name':'b',"
		      "'outputSchema':{},'title':'B'}",
			"{'annotations':{'z':[1,0.5,null,true]},'description':"
			"'x \\u202e\\u200b\\u2028\\u007f\\u0085\\ufe0f y\\n"
			"\\u001b\\'\u20ac \\udb40\\udc41','inputSchema':{'type':"
			"'object'},'name':'b','outputSchema':{},'title':'B'}"},
		{"\\u{202E}", "{'inputSchema':{'\u202e':{}},'name':'\u202e'}",
			"{'inputSchema':{'\\u202e':{}},'name':'\\u202e'}"},
	};
	struct record r;
	struct buf b, line;

	(void)state;
	buf_init(&b, LINE_MAX_BYTES);
	buf_init(&line, LINE_MAX_BYTES);
	for (size_t i = 0; i < COUNT(rows); i++) {
		char digest[SHA256_HEX], *text = quoted(rows[i].definition);
		const struct tool_record t = {key, rows[i].name, digest, text};

		sha256_hex(text, strlen(text), digest);
		tool_record_write(&b, &t);
		buf_clear(&line);
		buf_str(&line, "{'v':1,'type':'tool'," KEY ",'name':");
		json_put_str(&line, rows[i].name);
		buf_fmt(&line, ",'digest':'%s','definition':%s}", digest,
			rows[i].written);
		read_back(&b, line.p, &r);
		assert_int_equal(r.type, RECORD_TOOL);
		same_key(&r.u.tool.key);
		same(r.u.tool.name, rows[i].name);
		same(r.u.tool.digest, digest);
		same(r.u.tool.definition, text);
		record_release(&r);
		free(text);
	}
	buf_release(&line);
	buf_release(&b);
}

static void test_runners(void **state)
{
	static const struct runner_record rows[] = {
		{.region = "eu-west-2",
			.at = 1777485095,
			.status = RUNNER_TIMEOUT,
			.version = "0.1.0",
			.message = "35 s",
			.measured = true,
			.offset_min = -0.25,
			.offset_max = 1.5,
			.canaries_failed = 2,
			.own_region = "eu",
			.host_key = "SHA256:a+/",
			.egress = "2606::7",
			.pop = "fly:FRA-1.a_b"},
		{.region = "a", .status = RUNNER_OK},
		{.region = "local",
			.at = NUM_EPOCH_MAX,
			.status = RUNNER_EXIT,
			.version = "",
			.message = "3",
			.canaries_answered = 1,
			.canaries_failed = 7,
			.egress = "9.9.9.9"},
		{.region = "a-9-",
			.at = 1.5,
			.status = RUNNER_GARBLED,
			.version = "x",
			.host_key = "SHA256:b"},
		{.region = "b", .at = 2, .status = RUNNER_ISOLATED},
	};
	struct record r;
	struct buf b;

	(void)state;
	buf_init(&b, LINE_MAX_BYTES);
	for (size_t i = 0; i < COUNT(rows); i++) {
		runner_record_write(&b, &rows[i]);
		read_back(&b, i ? NULL
			: "{'v':1,'type':'runner','region':'eu-west-2','at':"
			  "1777485095.000000,'status':'timeout','version':"
			  "'0.1.0','message':'35 s','own_region':'eu',"
			  "'host_key':'SHA256:a+/','egress':'2606::7',"
			  "'pop':'fly:FRA-1.a_b',"
			  "'offset_s':[-0.25,1.5],"
			  "'canaries':{'answered':0,'failed':2}}",
			&r);
		assert_int_equal(r.type, RECORD_RUNNER);
		same(r.u.runner.region, rows[i].region);
		assert_true(fabs(r.u.runner.at - rows[i].at) < 1e-6);
		assert_int_equal(r.u.runner.status, rows[i].status);
		same(r.u.runner.version, rows[i].version);
		same(r.u.runner.message, rows[i].message);
		assert_null(r.u.runner.own_region);
		same(r.u.runner.host_key, rows[i].host_key);
		same(r.u.runner.egress, rows[i].egress);
		same(r.u.runner.pop, rows[i].pop);
		assert_int_equal(r.u.runner.measured, rows[i].measured);
		assert_true(r.u.runner.offset_min == rows[i].offset_min &&
			r.u.runner.offset_max == rows[i].offset_max);
		assert_int_equal(r.u.runner.canaries_answered,
			rows[i].canaries_answered);
		assert_int_equal(r.u.runner.canaries_failed,
			rows[i].canaries_failed);
		record_release(&r);
	}
	buf_release(&b);
}

/* n times s */
static char *repeat(const char *s, size_t n)
{
	struct buf b;

	buf_init(&b, n * strlen(s));
	while (n--)
		buf_str(&b, s);
	return buf_take(&b);
}

static void test_foreign_text(void **state)
{
	static const struct {
		const char *unit, *shown;
		size_t n;
	} rows[] = {
		{"a", "a", 1000}, {"a", "a", 1001}, {"\xc3\xa4", "\xc3\xa4",
			1000}, {"\U0001f600", "\U0001f600", 100000},
		{"\n", "?", 3}, {"\x1b", "?", 1001}, {"\u202e", "?", 2},
		{"\xff", "?", 5}, {"\xc0\x80", "??", 2}, {"\"", "\"", 2000},
	};
	struct record r;
	struct buf b;

	(void)state;
	buf_init(&b, LINE_MAX_BYTES);
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t kept = rows[i].n < TEXT_MAX ? rows[i].n : TEXT_MAX;
		char *text = repeat(rows[i].unit, rows[i].n);
		char *shown = repeat(rows[i].shown, kept);
		const struct step_record s = {key, STEP_DNS, STATUS_FAIL, 1,
			text, text, NULL};
		const struct runner_record u = {.region = "a", .at = 1,
			.status = RUNNER_EXIT, .version = text, .message = text};

		step_record_write(&b, &s);
		read_back(&b, NULL, &r);
		same(r.u.step.message, shown);
		same(r.u.step.error, shown);
		record_release(&r);
		/* Cut further where the line would get too long. */
		runner_record_write(&b, &u);
		assert_in_range(b.len, 1, RECORD_RUNNER_MAX);
		read_back(&b, NULL, &r);
		assert_ptr_equal(strstr(shown, r.u.runner.message), shown);
		same(r.u.runner.version, r.u.runner.message);
		if (strlen(shown) <= 1800 && *shown != '"')
			same(r.u.runner.message, shown);
		record_release(&r);
		free(text);
		free(shown);
	}
	buf_release(&b);
}

/* A name is cut and cleaned; of names that become equal the first is kept. */
static void test_tool_names(void **state)
{
	char *end_a = repeat("n", 1024), *end_b = repeat("n", 1024);
	struct tool_digest list[] = {{end_a, H1, H1}, {"b\n", H1, H2},
		{end_b, H2, H2}, {"b\u202e", H2, H1}, {"a", H2, H1}};
	const struct probe_record p = {key, .tools = list, .n_tools = 5};
	struct record r;
	struct buf b;

	(void)state;
	end_b[1023] = 'm';
	buf_init(&b, LINE_MAX_BYTES);
	probe_record_write(&b, &p);
	read_back(&b, NULL, &r);
	assert_int_equal(r.u.probe.n_tools, 3);
	assert_int_equal(strlen(r.u.probe.tools[0].name), 1000);
	same(r.u.probe.tools[0].full, H1);
	same(r.u.probe.tools[1].name, "b?");
	same(r.u.probe.tools[1].full, H2);
	record_release(&r);
	buf_release(&b);
	free(end_a);
	free(end_b);
}

/* A detail of 4 KiB is carried, a longer one is not. */
static void test_detail(void **state)
{
	struct record r;
	struct buf b;
	char *x;

	(void)state;
	buf_init(&b, LINE_MAX_BYTES);
	for (size_t n = 4095; n <= 4097; n++) {
		struct step_record s = {.key = key, .step = STEP_DNS};

		x = repeat(" ", n);
		x[0] = '{';
		x[n - 1] = '}';
		s.detail = x;
		step_record_write(&b, &s);
		assert_true(!strstr(b.p, x) == (n > RECORD_DETAIL_MAX));
		read_back(&b, NULL, &r);
		record_release(&r);
		free(x);
	}
	buf_release(&b);
}

/* Write a probe record with n tools; returns how many were written. */
static size_t tools_written(size_t n, const char *name_of_last, size_t *length)
{
	struct tool_digest *list = xcalloc(n, sizeof *list);
	struct probe_record p = {.key = key, .tool_count = (int)n,
		.tools = list, .n_tools = n};
	char (*names)[32] = xcalloc(n, sizeof *names);
	struct record r;
	size_t written;
	struct buf b;

	for (size_t i = 0; i < n; i++) {
		snprintf(names[i], sizeof names[i], "tool-%zu", i);
		list[i] = (struct tool_digest) {names[i], H1, H2};
	}
	if (name_of_last)
		list[n - 1].name = name_of_last;
	buf_init(&b, LINE_MAX_BYTES + 1);
	probe_record_write(&b, &p);
	*length = b.len;
	read_back(&b, NULL, &r);
	assert_int_equal(r.u.probe.tool_count, (int)n);
	written = r.u.probe.n_tools;
	assert_true(!r.u.probe.tools == !written);
	record_release(&r);
	buf_release(&b);
	free(names);
	free(list);
	return written;
}

static void test_many_tools(void **state)
{
	/* Names that no reader accepts. */
	static const char *const odd[] = {"a\xc0\x80", "\xff", "\xed\xa0\x80"};
	size_t n, low = 1, high = 10000, length;

	(void)state;
	while (high - low > 1) {
		n = (low + high) / 2;
		if (tools_written(n, NULL, &length) == n)
			low = n;
		else
			high = n;
	}
	assert_int_equal(tools_written(low, NULL, &length), low);
	assert_in_range(length, LINE_MAX_BYTES - 200, LINE_MAX_BYTES);
	assert_int_equal(tools_written(high, NULL, &length), 0);
	assert_in_range(length, 200, 1000);
	/* With such a name the list is left out, not the record. */
	for (size_t i = 0; i < COUNT(odd); i++)
		assert_int_equal(tools_written(2, odd[i], &length), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_probes),
		cmocka_unit_test(test_definitions),
		cmocka_unit_test(test_runners),
		cmocka_unit_test(test_foreign_text),
		cmocka_unit_test(test_tool_names),
		cmocka_unit_test(test_detail),
		cmocka_unit_test(test_many_tools),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
