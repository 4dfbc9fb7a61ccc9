/*
 * Goal: the state of a server is read from the store exactly as it was written,
 * and is refused unless all of it is valid.
 */
#include "nights.h"

#include "records/incident.h"
#include "routing/outbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void write_state(struct buf *b, const struct alert_state *st)
{
	buf_init(b, STATE_MAX);
	state_write(b, st);
	assert_true(buf_ok(b));
}

/* Writes the state and reads it back. */
static void through_the_store(struct night *n)
{
	char why[STATE_WHY] = "";
	struct alert_state st;
	struct buf before, after;

	write_state(&before, &n->st);
	if (!state_read(before.p, before.len, "s", &st, why))
		fail_msg("%s: %s", why, before.p);
	write_state(&after, &st);
	assert_string_equal(before.p, after.p);
	state_release(&n->st);
	n->st = st;
	buf_release(&before);
	buf_release(&after);
}

/* Runs a night with and without the store after each verdict, and compares. */
static void expect_same(const char *verdicts, bool sides, size_t events)
{
	char plain[NIGHT_SIZE], stored[NIGHT_SIZE];
	struct night n;

	night_init(&n, "AEU");
	n.sides = sides;
	n.apart = 1.0 / 3;
	night_run(&n, verdicts);
	night_tell(&n, plain);
	if (n.events.n <= events)
		fail_msg("only %s", plain);
	night_release(&n);
	night_init(&n, "AEU");
	n.sides = sides;
	n.apart = 1.0 / 3;
	n.between = through_the_store;
	night_run(&n, verdicts);
	night_tell(&n, stored);
	assert_string_equal(plain, stored);
	night_release(&n);
}

static void test_round_trip(void **state)
{
	static const char tools[] =
		".=aaa ?,EU=aaa .=bab|Aab-get+put|Uab-get+put .=bab*3 .,E=bab*9 "
		".=bab .=bbb|Eab-get+put .=bab .=bbb*4 .=bcb .=bcb .=bdb "
		"E6=b-b*3 .#cdb|Ast .#cdb .=ccc*4 t400";

	(void)state;
	expect_same("E2 E2 . E2/tcp.refused*4 EU6/http.503*40 . . %A %A %A . . "
		    ". . AEU1*5 ?E2,AU . . t600 . . %A*3 E3*3 . . . .",
		false, 10);
	expect_same(tools, false, 8);
	expect_same(tools, true, 8);
	expect_same(". . l8 AEU2*3 . . . . . l30 @20 EU6*10 EU6 . . . .", false,
		2);
	expect_same("AEU1*2 E1*4 .*4 EU1 .*4 EU1 .*4 EU1 .*4 EU1*5 E1 . E1*2 . "
		    "E1*9 m60-90 @60 EU1 @65 E1*9 t91 @92 E1*9 .*3",
		false, 8);
}

/* Fills the state with something in every member. */
static void fill(struct night *n)
{
	struct strings routes = {0};

	night_init(n, "AEU");
	night_run(n, "E2*3 %A");
	strings_add(&routes, "ops");
	strings_add(&routes, "pager");
	assert_int_equal(n->events.n, 1);
	strings_copy(&n->st.incidents[ALERT_REGIONAL].told, &routes);
	outbox_add(&n->st, &n->events.v[0].record, "{\"a\":\"\\u0000\"}\n",
		&routes, NIGHT_START + 0.25);
	string_set(&n->st.outbox[0].deliveries[1].holder, "host/1/2");
	state_note(&n->st, 5, "regional_started", "\"quoted\"\nand broken");
	n->events.v[0].record.resolved_at = NIGHT_START + 60;
	state_note_event(&n->st, &n->events.v[0].record);
	strings_release(&routes);
	n->st.revision = 7;
}

static void test_full(void **state)
{
	struct night n;
	struct buf b;

	(void)state;
	fill(&n);
	write_state(&b, &n.st);
	assert_memory_equal(b.p, "{\"v\":1,\"revision\":7,", 20);
	through_the_store(&n);
	assert_string_equal(n.st.outbox[0].deliveries[1].holder, "host/1/2");
	assert_null(n.st.outbox[0].deliveries[0].holder);
	assert_true(n.st.outbox[0].created == NIGHT_START + 0.25);
	assert_string_equal(n.st.timeline[0].text, "\"quoted\"\nand broken");
	assert_null(n.st.timeline[0].key);
	assert_memory_equal(n.st.timeline[1].key, "s:regional:", 11);
	assert_string_equal(n.st.timeline[1].regions.v[0], "e");
	assert_int_equal(n.st.timeline[1].resolved_at, NIGHT_START + 60);
	night_release(&n);
	buf_release(&b);
}

/* What mcp-serve reads of it. */
static void test_public(void **state)
{
	struct incident_record in;
	struct told_record told;
	const cJSON *events;
	char why[JSON_WHY];
	enum alert_kind kind;
	int64_t start;
	struct night n;
	struct buf b;
	cJSON *doc;

	(void)state;
	fill(&n);
	string_set(&n.st.incidents[ALERT_REGIONAL].ack.by, "ann");
	n.st.incidents[ALERT_REGIONAL].ack.at = 7.5;
	write_state(&b, &n.st);
	doc = json_parse(b.p, b.len, &json_record, why);
	assert_true(incident_take(json_get(doc, "incidents")->child, &in));
	assert_int_equal(in.kind, ALERT_REGIONAL);
	assert_int_equal(in.first, n.st.incidents[ALERT_REGIONAL].first);
	assert_string_equal(in.ack.by, "ann");
	assert_true(in.ack.at == 7.5);
	assert_int_equal(in.regions.n, 1);
	assert_string_equal(in.regions.v[0], "e");
	incident_record_release(&in);
	events = json_get(doc, "timeline");
	assert_false(told_take(events->child, &told));
	told_release(&told);
	assert_true(told_take(events->child->next, &told));
	assert_int_equal(told.resolved_at, NIGHT_START + 60);
	assert_string_equal(told.regions.v[0], "e");
	assert_true(alert_key_parse(told.key, &kind, &start));
	assert_int_equal(kind, ALERT_REGIONAL);
	assert_int_equal(start, in.first);
	told_release(&told);
	cJSON_Delete(doc);
	buf_release(&b);
	night_release(&n);
}

static void test_timeline(void **state)
{
	struct night n;
	char text[16];

	(void)state;
	night_init(&n, "E");
	for (int i = 0; i < 3 * TIMELINE_MAX; i++) {
		snprintf(text, sizeof text, "%d", i);
		state_note(&n.st, i, "x", text);
	}
	assert_int_equal(n.st.n_timeline, TIMELINE_MAX);
	assert_string_equal(n.st.timeline[0].text, "100");
	assert_string_equal(n.st.timeline[TIMELINE_MAX - 1].text, "149");
	through_the_store(&n);
	night_release(&n);
}

/* The text with the first `from` in it replaced. */
static void swap(struct buf *out, const char *text, const char *from,
	const char *to)
{
	const char *at = strstr(text, from);

	if (!at)
		fail_msg("%s: not in %s", from, text);
	buf_init(out, STATE_MAX);
	buf_add(out, text, (size_t)(at - text));
	buf_str(out, to);
	buf_str(out, at + strlen(from));
}

/* A change to what was written that makes it invalid. */
struct damage {
	const char *from, *to;
};

static void expect_refused(const char *text, size_t len)
{
	struct alert_state st;
	char why[STATE_WHY] = "";

	if (state_read(text, len, "s", &st, why))
		fail_msg("read: %.*s", (int)len, text);
	assert_true(*why != '\0');
	assert_string_equal(st.slug, "s");
	assert_int_equal(st.n_outbox + st.n_timeline + st.n_regions +
			st.tools.n + st.tools.n_sets + st.n_drifts,
		0);
	assert_false(state_open(&st));
	state_release(&st);
}

static void expect_all_refused(struct night *n, const struct damage *cases,
	size_t n_cases)
{
	struct buf whole, b;

	write_state(&whole, &n->st);
	for (size_t i = 0; i < n_cases; i++) {
		swap(&b, whole.p, cases[i].from, cases[i].to);
		expect_refused(b.p, b.len);
		buf_release(&b);
	}
	/* Every text that is cut off is refused. */
	for (size_t len = 0; len < whole.len; len++)
		expect_refused(whole.p, len);
	buf_release(&whole);
}

static void test_hostile(void **state)
{
	static const struct damage cases[] = {
		{"{\"v\":1", "{\"v\":2"},
		{"{\"v\":1", "[\"v\":1"},
		{"\"revision\":7", "\"revision\":-7"},
		{"\"revision\":7", "\"revision\":7.5"},
		{"\"revision\":7", "\"revision\":1e300"},
		{"\"slug\":\"s\"", "\"slug\":\"other\""},
		{"\"slug\":\"s\"", "\"slug\":null"},
		{"\"writer\":null", "\"writer\":[]"},
		{"\"url\":\"", "\"url\":[\""},
		{"\"url\":\"https://s.example/mcp\"", "\"url\":7"},
		{"\"window\":", "\"window\":-"},
		{"\"window\":", "\"Window\":"},
		{"\"window\":", "\"window\":\"x\",\"w\":"},
		{"\"number\":1", "\"number\":true"},
		{"\"regions\":[{", "\"regions\":{\"a\":{"},
		{"\"region\":\"a\"", "\"region\":\"A\""},
		{"\"region\":\"a\"", "\"region\":\"reporters\""},
		{"\"failing\":{\"n\":0", "\"failing\":{\"n\":-1"},
		{"\"failing\":{\"n\":0", "\"failing\":{\"m\":0"},
		{"\"kind\":\"regional\"", "\"kind\":\"nothing\""},
		{"\"folded\":false", "\"folded\":0"},
		{"\"severity\":\"P2\"", "\"severity\":\"P4\""},
		{"\"severity\":\"P2\"", "\"severity\":null"},
		{"\"tier\":\"regional\"", "\"tier\":\"\""},
		{"\"step\":\"tls\"", "\"step\":\"TLS\""},
		{"\"step\":\"tls\"", "\"step\":2"},
		{"\"layer\":\"transport\"", "\"layer\":\"\""},
		{"\"first\":", "\"first\":999"},
		{"\"probe_count\":", "\"probe_count\":9999999999"},
		{"\"error\":\"x\"", "\"error\":{}"},
		{"\"regions\":[\"e\"]", "\"regions\":[\"../e\"]"},
		{"\"regions\":[\"e\"]", "\"regions\":[7]"},
		{"\"told\":[\"ops\"", "\"told\":[null"},
		{"\"outbox\":[{", "\"outbox\":[[],{"},
		{"\"body\":\"", "\"body\":null,\"b\":\""},
		{"\"created\":", "\"created\":-"},
		{"\"deliveries\":[", "\"deliveries\":[0,"},
		{"\"attempts\":0", "\"attempts\":0.5"},
		{"\"holder\":null", "\"holder\":false"},
		{"\"timeline\":[", "\"timeline\":[\"\","},
		{"\"timeline\":", "\"timeline\":null,\"t\":"},
		{"\"at\":5.000", "\"at\":1e99"},
		{"\"flapping\":{", "\"flapping\":[],\"f\":{"},
		{"\"flapping\":{\"since\":0,\"times\":1",
			"\"flapping\":{\"since\":0,\"times\":-1"},
		{"\"starts\":[{\"kind\":\"regional\"",
			"\"starts\":[{\"kind\":\"\""},
		{"\"starts\":[{", "\"starts\":[7,{"},
	};
	struct night n;

	(void)state;
	fill(&n);
	expect_all_refused(&n, cases, sizeof cases / sizeof *cases);
	night_release(&n);
}

/* A divergence, with all that is known of it. */
static void fill_tools(struct night *n)
{
	night_init(n, "AEU");
	n->sides = true;
	night_run(n, ".,U=bbb .,U=bab|Aba-put+get .,U=bab .,U#bcb|Est .,U=bdb");
	assert_true(n->st.incidents[ALERT_DIVERGENCE].open);
	assert_string_equal(n->st.incidents[ALERT_DIVERGENCE].change.removed
				    .v[0],
		"put");
	assert_int_equal(n->st.n_drifts, 2);
}

#define HASH_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void test_hostile_tools(void **state)
{
	static const struct damage cases[] = {
		{"\"judged\":", "\"judged\":-"},
		{"\"silent\":{\"n\":", "\"silent\":{\"m\":"},
		{"\"silent\":{", "\"silent\":null,\"x\":{"},
		{"\"change\":{", "\"change\":[],\"c\":{"},
		{"\"change\":{\"from\":\"b", "\"change\":{\"from\":\"B"},
		{"\"added\":[", "\"added\":[7,"},
		{"\"removed\":[", "\"removed\":{},\"r\":["},
		{"\"sightings\":[", "\"sightings\":[null,"},
		{"\"sightings\":[", "\"sightings\":7,\"x\":["},
		{"\"sightings\":[{\"region\":\"a",
			"\"sightings\":[{\"region\":\"A"},
		{"\"hash\":\"", "\"hash\":\"a"},
		{"\"hash\":\"b", "\"hash\":null,\"x\":\""},
		{"\"at\":1", "\"at\":-1"},
		{"\"window\":1777485240}", "\"window\":-1}"},
		{"\"tool_sets\":[", "\"tool_sets\":[{},"},
		{"\"tool_sets\":", "\"sets\":"},
		{"\"era\":\"session\"", "\"era\":\"stone\""},
		{"\"era\":null", "\"era\":5"},
		{"\"differ\":", "\"d\":"},
		{"\"drifts\":[{", "\"drifts\":[[],{"},
		{"\"drifts\":[{\"from\":\"b", "\"drifts\":[{\"from\":\"x"},
		{"\"from\":\"session\"", "\"from\":\"\""},
		{"\"to\":\"stateless\"", "\"to\":false"},
	};
	struct night n;
	struct buf b, more;

	(void)state;
	fill_tools(&n);
	through_the_store(&n);
	n.st.tools.sets[0].era = ERA_SESSION;
	n.st.tools.sets[1].era = ERA_NONE;
	expect_all_refused(&n, cases, sizeof cases / sizeof *cases);
	/* More than we would have written. */
	write_state(&b, &n.st);
	for (int i = 0; i < TOOL_SETS_MAX; i++) {
		swap(&more, b.p, "\"tool_sets\":[",
			"\"tool_sets\":[{\"hash\":\"" HASH_A
			"\",\"since\":1,\"era\":null},");
		buf_release(&b);
		b = more;
	}
	expect_refused(b.p, b.len);
	buf_release(&b);
	night_release(&n);
}

/* A state from before divergence and drift were known. */
static void test_older(void **state)
{
	static const char text[] =
		"{\"v\":1,\"revision\":3,\"writer\":null,\"slug\":\"s\","
		"\"url\":null,\"window\":1777485060,\"number\":0,"
		"\"regions\":[{\"region\":\"e\",\"failing\":{\"n\":2,"
		"\"since\":1777485000,\"counted\":1777485060},"
		"\"throttled\":{\"n\":0,\"since\":0,\"counted\":0}}],"
		"\"incidents\":[],\"outbox\":[],\"timeline\":[]}";
	struct night n;
	char why[STATE_WHY], got[NIGHT_SIZE];

	(void)state;
	night_init(&n, "AEU");
	state_release(&n.st);
	assert_true(state_read(text, sizeof text - 1, "s", &n.st, why));
	night_run(&n, "@2 E2");
	night_tell(&n, got);
	assert_string_equal(got,
		"2 regional_started P2 0 x3 tls/transport [e]");
	night_release(&n);
}

/* A downtime of before rows and failures were counted as they are now. */
static void test_older_downtime(void **state)
{
	static const char text[] =
		"{\"v\":1,\"revision\":3,\"writer\":null,\"slug\":\"s\","
		"\"url\":null,\"window\":1777485300,\"number\":0,"
		"\"regions\":[],\"incidents\":[{\"kind\":\"downtime\","
		"\"folded\":false,\"severity\":\"P1\","
		"\"tier\":\"step-alert\",\"step\":\"tls\","
		"\"layer\":\"transport\",\"first\":1777485000,"
		"\"opened_at\":1777485000,\"reminded_at\":1777485000,"
		"\"failed\":1777485180,\"passed\":1777485300,"
		"\"passed_since\":1777485240,\"passes\":2,"
		"\"probe_count\":3,\"expected\":3,\"error\":null,"
		"\"regions\":[\"e\",\"u\"],\"reached\":[],\"told\":[],"
		"\"flaps\":1}],\"outbox\":[],\"timeline\":[]}";
	struct night n;
	char why[STATE_WHY], got[NIGHT_SIZE];

	(void)state;
	night_init(&n, "AEU");
	state_release(&n.st);
	assert_true(state_read(text, sizeof text - 1, "s", &n.st, why));
	night_run(&n, "@6 .");
	night_tell(&n, got);
	assert_string_equal(got,
		"6 downtime_resolved P1 0-4 x3 tls/transport [e u]");
	assert_non_null(strstr(n.events.v[0].summary, "It was down 2 times"));
	night_release(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_public),
		cmocka_unit_test(test_timeline),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_hostile_tools),
		cmocka_unit_test(test_older),
		cmocka_unit_test(test_older_downtime),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
