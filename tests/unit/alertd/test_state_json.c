/* SPDX-License-Identifier: MIT */
/*
 * Goal: the state of a server is read from the store exactly as it was written,
 * and is refused unless all of it is valid.
 */
#include "nights.h"

#include "commands/commands.h"
#include "outbox/outbox.h"
#include "records/history.h"
#include "records/incident.h"
#include "records/probe.h"
#include "words/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
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
		    ". . AEU1*5 ?E2,AU . . t600 . . %A*3 E3*3 . . . . "
		    "EU2 E2 E2,U*3 .*3",
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
	strings_copy(&n->st.incidents[ALERT_REGIONAL].notified, &routes);
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
	assert_int_equal(n.st.timeline[0].first, 0);
	assert_null(n.st.timeline[1].text);
	assert_int_equal(n.st.timeline[1].first,
		n.st.incidents[ALERT_REGIONAL].first);
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
	assert_int_equal(told.kind, ALERT_REGIONAL);
	assert_int_equal(told.first, in.first);
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

/* An event of a downtime that began in minute 0, with a letter per region. */
static void note_downtime(struct night *n, enum alert_phase phase, int minute,
	const char *regions)
{
	const char *names[8];
	char letters[8][2];
	struct alert_record r = {
		.at = NIGHT_START + 60 * minute,
		.kind = ALERT_DOWNTIME,
		.phase = phase,
		.slug = "s",
		.regions = names,
		.started_at = NIGHT_START,
	};

	for (; *regions; regions++, r.n_regions++) {
		letters[r.n_regions][0] = *regions;
		letters[r.n_regions][1] = '\0';
		names[r.n_regions] = letters[r.n_regions];
	}
	state_note_event(&n->st, &r);
}

static void expect_regions(const struct timeline_entry *e, const char *expected)
{
	assert_int_equal(e->regions.n, strlen(expected));
	for (size_t i = 0; i < e->regions.n; i++)
		assert_int_equal(*e->regions.v[i], expected[i]);
}

/* A region is named once for each incident, also when the oldest entry goes. */
static void test_regions_once(void **state)
{
	struct timeline_entry *v;
	struct night n;

	(void)state;
	night_init(&n, "E");
	v = n.st.timeline;
	note_downtime(&n, ALERT_STARTED, 0, "ab");
	note_downtime(&n, ALERT_ESCALATED, 1, "abc");
	note_downtime(&n, ALERT_RESOLVED, 2, "bcd");
	expect_regions(&v[0], "ab");
	expect_regions(&v[1], "c");
	expect_regions(&v[2], "d");
	through_the_store(&n);
	for (int i = 3; i < TIMELINE_MAX; i++)
		state_note(&n.st, i, "x", "y");
	expect_regions(&v[0], "ab");
	state_note(&n.st, 5, "x", "y");
	expect_regions(&v[0], "abc");
	state_note(&n.st, 6, "x", "y");
	expect_regions(&v[0], "abcd");
	state_note(&n.st, 7, "x", "y");
	through_the_store(&n);
	expect_regions(&v[0], "");
	night_release(&n);
}

/* What goes without saying is not written. */
static void test_brief(void **state)
{
	struct night n;
	struct buf b;

	(void)state;
	night_init(&n, "AE");
	night_run(&n, ".=aa .=bb|Aab^get|Eab^get .=bb");
	assert_int_equal(n.events.n, 1);
	state_note_event(&n.st, &n.events.v[0].record);
	write_state(&b, &n.st);
	if (!strstr(b.p, "\"sightings\":[{\"region\":\"a\",\"at\":1777485127.5},"
			 "{\"region\":\"e\",\"at\":1777485127.5}],"))
		fail_msg("%s", b.p);
	if (!strstr(b.p, "\"timeline\":[{\"at\":1777485060,"
			 "\"what\":\"schema_drift_detected\"}]}"))
		fail_msg("%s", b.p);
	buf_release(&b);
	through_the_store(&n);
	assert_string_equal(n.st.tools.v[1].hash, night_hash('b'));
	assert_true(n.st.tools.v[1].since == NIGHT_START + 67.5);
	assert_int_equal(n.st.tools.v[1].window, NIGHT_START + 120);
	assert_int_equal(n.st.timeline[0].first, NIGHT_START + 60);
	/* Nor what no longer matters. */
	assert_int_equal(n.st.n_drifts, 1);
	night_run(&n, "@10081 .=bb");
	assert_int_equal(n.st.n_drifts, 0);
	night_release(&n);
}

/* The text of an event comes from the history, while that has it. */
static void test_texts(void **state)
{
	struct history_record h[] = {
		{.at = NIGHT_START, .slug = "s", .what = "downtime_started",
			.text = "delivered", .route = "ops"},
		{.at = NIGHT_START, .slug = "s", .what = "downtime_started",
			.text = "another", .key = "s:downtime:1777484940"},
		{.at = NIGHT_START, .slug = "s", .what = "downtime_started",
			.text = "s is down", .key = "s:downtime:1777485000"},
	};
	const struct history all = {.v = h, .n = 3}, none = {0};
	struct night n;

	(void)state;
	night_init(&n, "E");
	note_downtime(&n, ALERT_STARTED, 0, "a");
	state_note(&n.st, NIGHT_START + 1, "downtime_acknowledged", "ann");
	timeline_texts(&n.st, &all);
	assert_string_equal(n.st.timeline[0].text, "s is down");
	assert_string_equal(n.st.timeline[1].text, "ann");
	string_set(&n.st.timeline[0].text, NULL);
	timeline_texts(&n.st, &none);
	assert_string_equal(n.st.timeline[0].text, "s: it fails");
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
		{"{\"v\":1", "{\"w\":1"},
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
		{"\"incidents\":[", "\"incidents\":7,\"i\":["},
		{"\"kind\":\"regional\"", "\"kind\":\"nothing\""},
		{"\"kind\":\"regional\"", "\"kind\":7"},
		{"\"kind\":\"regional\"",
			"\"kind\":\"schema_drift_detected\""},
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
		{"\"at\":5,", "\"at\":1e99,"},
		{"\"text\":\"", "\"text\":7,\"t\":\""},
		{"\"resolved_at\":", "\"first\":-1,\"resolved_at\":"},
		{"\"resolved_at\":", "\"key\":7,\"resolved_at\":"},
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
		{"\"sightings\":[{", "\"sightings\":[{\"window\":-1,"},
		{"\"tool_sets\":[", "\"tool_sets\":[{},"},
		{"\"tool_sets\":", "\"sets\":"},
		{"\"era\":\"session\"", "\"era\":\"stone\""},
		{"\"era\":\"session\"", "\"era\":5"},
		{"\"drifts\":[", "\"differ\":[],\"drifts\":["},
		{"\"drifts\":[{", "\"drifts\":[[],{"},
		{"\"drifts\":[{\"from\":\"b", "\"drifts\":[{\"from\":\"x"},
		{"\"drifts\":[{\"from\":", "\"drifts\":[{\"x\":"},
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

/* A timeline of before the history had the texts. */
static void test_older_timeline(void **state)
{
	static const char text[] =
		"{\"v\":1,\"revision\":3,\"writer\":null,\"slug\":\"s\","
		"\"url\":null,\"window\":1777485300,\"judged\":1777485300,"
		"\"number\":2,\"regions\":[],\"incidents\":[],\"expiries\":[],"
		"\"sightings\":[{\"region\":\"e\",\"hash\":\"" HASH_A "\","
		"\"since\":1777485007,\"at\":1777485307,\"window\":1777485300}],"
		"\"tool_sets\":[{\"hash\":\"" HASH_A "\",\"since\":1777485007,"
		"\"era\":null}],\"differ\":{\"n\":0,\"since\":0,\"counted\":0},"
		"\"drifts\":[],\"down_at\":1777485120,\"cold\":0,"
		"\"slow\":{\"n\":0,\"since\":0,\"counted\":0},"
		"\"stray\":{\"n\":0,\"since\":0,\"counted\":0},"
		"\"stray_regions\":[],\"stray_told\":0,\"outbox\":[],"
		"\"timeline\":[{\"at\":1777485000.000,"
		"\"what\":\"downtime_started\",\"text\":\"s is down\","
		"\"key\":\"s:downtime:1777485000\",\"regions\":[\"e\",\"u\"],"
		"\"resolved_at\":0},{\"at\":1777485060.500,"
		"\"what\":\"downtime_acknowledged\",\"text\":\"ann\"},"
		"{\"at\":1777485300.000,\"what\":\"downtime_resolved\","
		"\"text\":\"s recovered\",\"key\":\"s:downtime:1777485000\","
		"\"regions\":[\"e\",\"u\"],\"resolved_at\":1777485180}]}";
	const struct timeline_entry *v;
	char why[STATE_WHY] = "";
	struct night n;
	struct buf b;

	(void)state;
	night_init(&n, "AEU");
	state_release(&n.st);
	v = n.st.timeline;
	if (!state_read(text, sizeof text - 1, "s", &n.st, why))
		fail_msg("%s", why);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(n.st.n_timeline, 3);
		assert_string_equal(v[0].text, "s is down");
		assert_int_equal(v[0].first, 1777485000);
		assert_int_equal(v[1].first, 0);
		assert_string_equal(v[2].text, "s recovered");
		assert_int_equal(v[2].first, 1777485000);
		assert_int_equal(v[2].resolved_at, 1777485180);
		assert_string_equal(n.st.tools.v[0].hash, HASH_A);
		through_the_store(&n);
	}
	write_state(&b, &n.st);
	assert_null(strstr(b.p, "\"key\""));
	buf_release(&b);
	for (int i = 0; i < TIMELINE_MAX; i++)
		note_downtime(&n, ALERT_STARTED, 10 + i, "e");
	write_state(&b, &n.st);
	assert_null(strstr(b.p, "\"text\""));
	buf_release(&b);
	night_release(&n);
}

#define HASH_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/*
 * Tools that nobody lists any more, a chain of drifts, a key of no incident,
 * and a longer timeline than we write.
 */
static void test_foreign(void **state)
{
	struct alert_state st;
	char why[STATE_WHY] = "";
	struct buf b;

	(void)state;
	buf_init(&b, STATE_MAX);
	buf_str(&b, "{\"v\":1,\"revision\":3,\"writer\":null,"
		    "\"slug\":\"s\",\"url\":null,"
		    "\"window\":1777485300,\"number\":0,\"regions\":[],"
		    "\"incidents\":[],\"sightings\":[{\"region\":\"e\","
		    "\"hash\":\"" HASH_A "\",\"at\":1777485307}],"
		    "\"drifts\":[{\"from\":\"" HASH_A "\",\"to\":\"" HASH_B
		    "\",\"at\":1777485000},{\"to\":\"" HASH_A
		    "\",\"at\":1777485300}],\"outbox\":[],\"timeline\":[");
	for (int i = 0; i <= TIMELINE_MAX; i++)
		buf_fmt(&b, "%s{\"at\":%d,\"what\":\"downtime_started\","
			    "\"text\":\"s is down\",\"key\":\"of none\"}",
			i ? "," : "", 1777485000 + i);
	buf_str(&b, "]}");
	if (!state_read(b.p, b.len, "s", &st, why))
		fail_msg("%s", why);
	assert_string_equal(st.tools.v[0].hash, HASH_A);
	assert_true(st.tools.v[0].since == 0);
	assert_string_equal(st.drifts[1].from, HASH_B);
	assert_int_equal(st.n_timeline, TIMELINE_MAX);
	assert_true(st.timeline[0].at == 1777485001);
	assert_int_equal(st.timeline[0].first, 0);
	buf_release(&b);
	write_state(&b, &st);
	assert_non_null(strstr(b.p, "\"hash\":\"" HASH_A "\""));
	assert_non_null(strstr(b.p, "},{\"to\":\"" HASH_A "\""));
	buf_release(&b);
	state_release(&st);
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
	struct buf twice;

	(void)state;
	swap(&twice, text, "\"flaps\":1}",
		"\"flaps\":1},{\"kind\":\"downtime\"}");
	expect_refused(twice.p, twice.len);
	buf_release(&twice);
	night_init(&n, "AEU");
	state_release(&n.st);
	assert_true(state_read(text, sizeof text - 1, "s", &n.st, why));
	night_run(&n, "@6 .");
	night_tell(&n, got);
	assert_string_equal(got,
		"6 downtime_resolved P1 0-4 x3 tls/transport [e u]");
	events_words(&n.events);
	assert_non_null(strstr(n.events.v[0].summary, "It was down 2 times"));
	night_release(&n);
}

/* What the public is told of an event: its field, and where; of a reminder, and
   of what it knows no word for, nothing. */
static void test_updates(void **state)
{
	struct alert_state *st;
	struct night n;

	(void)state;
	night_init(&n, "EU");
	st = &n.st;
	night_run(&n, "EU3 EU3 EU3");
	assert_int_equal(n.events.n, 1);
	state_note_event(st, &n.events.v[0].record);
	state_keep_event(st, &n.events.v[0]);
	assert_int_equal(st->updates.n, 2);
	assert_non_null(strstr(st->updates.v[0], ":downtime:"));
	assert_string_equal(st->updates.v[1], "{\"regions\":[\"e\",\"u\"]}");
	n.events.v[0].record.phase = ALERT_REMINDER;
	state_keep_event(st, &n.events.v[0]);
	n.events.v[0].record.phase = ALERT_STARTED;
	n.events.v[0].record.kind = ALERT_SILENT;
	state_keep_event(st, &n.events.v[0]);
	n.events.v[0].record.kind = ALERT_DRIFT;
	n.events.v[0].record.phase = ALERT_ONCE;
	state_keep_event(st, &n.events.v[0]);
	assert_int_equal(st->updates.n, 2);
	night_release(&n);
}

/* What is too long to be read again is cut, or not told to the public. */
static void test_too_long(void **state)
{
	static char key[70000], names[1000][REGION_MAX + 1];
	static const char *many[1000];
	struct pending p = {.key = key, .event = key};
	struct delivery d = {.route = key, .attempts = 2, .tried = 1e9 - 1};
	struct alert_event e = {.record = {.at = 1e9, .kind = ALERT_DOWNTIME,
		.phase = ALERT_STARTED, .slug = "s", .severity = SEVERITY_P1,
		.started_at = 1000000000, .summary = key, .regions = many}};
	struct alert_state st;

	(void)state;
	memset(key, '"', sizeof key - 1);
	for (size_t i = 0; i < 1000; i++) {
		memset(names[i], 'r', REGION_MAX);
		snprintf(names[i], 5, "r%03zu", i);
		names[i][4] = 'r';
		many[i] = names[i];
	}
	for (size_t fits = 0; fits < 2; fits++) {
		state_init(&st, "s");
		e.record.n_regions = fits ? 1 : 1000;
		state_note_event(&st, &e.record);
		state_keep_event(&st, &e);
		assert_int_equal(st.updates.n, 2 * fits);
		state_keep_delivery(&st, &p, &d, 1e9, key, key);
		assert_int_equal(st.history.n, 2);
		for (size_t i = 0; i < 2; i++) {
			struct history_record h;
			char why[RECORD_WHY];

			assert_true(history_take(
				cJSON_Parse(st.history.v[i]), &h, why));
			history_release(&h);
		}
		state_release(&st);
	}
}

/* What the history says of a delivery: how often it failed, and why last. */
static void test_delivery_history(void **state)
{
	static char body[] = "{}", key[] = "s:downtime:60", event[] = "e",
		    route[] = "ops", last[] = "HTTP 503";
	static const struct {
		char *before; /* why it failed before; NULL: it did not */
		int attempts;
		const char *why, *text;
		double failed_at;
	} rows[] = {
		{NULL, 0, NULL, "e to route ops", 0},
		{NULL, 0, "HTTP 500", "e to route ops: HTTP 500", 0},
		{last, 1, "HTTP 500", "e to route ops: HTTP 500", 0},
		{last, 1, NULL, "e to route ops, after 1 failure: HTTP 503", 90},
		{last, 7, NULL, "e to route ops, after 7 failures: HTTP 503",
			90},
	};
	const struct pending p = {.key = key, .event = event, .body = body};
	struct alert_state st;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct delivery d = {.route = route, .tried = 90,
			.attempts = rows[i].attempts, .why = rows[i].before};
		struct history_record h;
		char why[RECORD_WHY];

		state_init(&st, "s");
		state_keep_delivery(
			&st, &p, &d, 100, HISTORY_DELIVERED, rows[i].why);
		assert_int_equal(st.history.n, 1);
		assert_true(history_take(
			cJSON_Parse(st.history.v[0]), &h, why));
		assert_string_equal(h.text, rows[i].text);
		assert_float_equal(h.failed_at, rows[i].failed_at, 0);
		history_release(&h);
		state_release(&st);
	}
}

/* Whether a route has taken an event counts for the open incident with that key
   alone. */
static void test_taken(void **state)
{
	struct alert_state st;
	struct incident *inc;

	(void)state;
	state_init(&st, "s");
	assert_null(incident_with(&st, "s:downtime:60"));
	inc = &st.incidents[ALERT_DOWNTIME];
	inc->open = true;
	inc->first = 60;
	assert_ptr_equal(incident_with(&st, "s:downtime:60"), inc);
	assert_null(incident_with(&st, "s:downtime:120"));
	incident_notify(inc, "ops");
	incident_notify(inc, "ops");
	assert_int_equal(inc->notified.n, 1);
	incident_taken(&st, "s:downtime:120", "ops");
	assert_int_equal(inc->waiting.n, 1);
	incident_taken(&st, "s:downtime:60", "ops");
	assert_int_equal(inc->waiting.n, 0);
	assert_int_equal(inc->notified.n, 1);
	state_release(&st);
}

/* In a state that we did not write entries may have any names. */
static void test_odd_entry(void **state)
{
	const char *regions[] = {"e"};
	struct alert_record r = {.at = 1e9, .kind = ALERT_DOWNTIME,
		.phase = ALERT_STARTED, .started_at = 1000000000,
		.regions = regions, .n_regions = 1};
	struct alert_state st;

	(void)state;
	state_init(&st, "s");
	for (int i = 0; i < 2; i++) {
		state_note(&st, 1e9, "odd", "x");
		st.timeline[st.n_timeline - 1].first = r.started_at;
		strings_note(&st.timeline[st.n_timeline - 1].regions, "e");
		if (i)
			break;
		/* It is of no incident, so it has not named the region. */
		state_note_event(&st, &r);
		assert_int_equal(st.timeline[1].regions.n, 1);
	}
	/* Nor does it take over what the oldest of an incident named. */
	strings_note(&st.timeline[1].regions, "u");
	while (st.timeline[0].first)
		state_note(&st, 1e9, "maintenance_began", "m");
	for (size_t i = 0; i < st.n_timeline; i++)
		assert_int_equal(st.timeline[i].regions.n, 0);
	state_release(&st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_updates),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_public),
		cmocka_unit_test(test_timeline),
		cmocka_unit_test(test_regions_once),
		cmocka_unit_test(test_brief),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_hostile_tools),
		cmocka_unit_test(test_older),
		cmocka_unit_test(test_older_timeline),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_older_downtime),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_delivery_history),
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_odd_entry),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
