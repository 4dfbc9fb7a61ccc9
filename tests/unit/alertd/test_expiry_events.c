/* SPDX-License-Identifier: MIT */
/*
 * Goal: each threshold before each end is told once, however often, from
 * whatever regions and in whatever order the end is reported; and what was told
 * is remembered in the store.
 */
#include "incident/expiry.h"
#include "words/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define DAY 86400LL
#define START (20000 * DAY)
#define SIZE 4096

/*
 * A life in short form: segments "FROM-TO WORDS;", whose words one mcp-alert
 * hears on each of these days. "ec35": region e sees a certificate that ends on
 * day 35; "uk12": region u holds a credential that ends on day 12; "e?c": e
 * cannot tell the end; "e!c": it has ended, nobody knows when. "/" begins
 * another mcp-alert.
 */
struct life {
	struct alert_state st;
	struct alert_events events;
	struct expiry_rounds rounds;
};

static void tell(struct life *l)
{
	struct alert_state stored;
	char why[STATE_WHY];
	struct buf b;

	for (size_t i = 0; i < l->rounds.n; i++)
		expiry_decide(&l->st, &l->rounds.v[i], &l->events);
	expiry_forget(&l->rounds);
	/* Writes the state and reads it back, as the store does. */
	buf_init(&b, STATE_MAX);
	state_write(&b, &l->st);
	if (!state_read(b.p, b.len, "s", &stored, why))
		fail_msg("%s: %s", why, b.p);
	buf_release(&b);
	state_release(&l->st);
	l->st = stored;
}

static const char *hear(struct life *l, const char *p, long day)
{
	char region[2] = {p[0], '\0'}, *end;
	struct expiry_record r = {.slug = "s", .region = region,
		.url = "https://s.example/mcp",
		.at = (double)(START + day * DAY), .within = -1};

	if (strchr("?!", *++p)) {
		r.status = *p == '?' ? EXPIRY_UNKNOWN : EXPIRY_EXPIRED;
		r.within = *p++ == '?' ? -1 : 0;
	}
	r.what = *p == 'c' ? EXPIRY_CERTIFICATE : EXPIRY_CREDENTIAL;
	assert_non_null(strchr("ck", *p++));
	if (strchr("0123456789", *p) && *p) {
		r.expires_at = START + strtol(p, &end, 10) * DAY;
		r.status = expiry_judge(r.what,
			(double)r.expires_at - r.at, &r.within);
		p = end;
	}
	if (!expiry_fits(&l->rounds, &r))
		tell(l);
	expiry_collect(&l->rounds, &r);
	return p;
}

static void live(struct life *l, const char *text)
{
	*l = (struct life) {0};
	state_init(&l->st, "s");
	while (*text) {
		char *p;
		long from = strtol(text, &p, 10);
		long to = *p == '-' ? strtol(p + 1, &p, 10) : from;
		const char *words = p, *end = words;

		for (long day = from; day <= to; day++) {
			for (end = words; *end && *end != ';';) {
				if (*end == '/')
					tell(l);
				if (*end == '/' || *end == ' ')
					end++;
				else
					end = hear(l, end, day);
			}
			tell(l);
		}
		text = *end ? end + 1 : end;
		text += strspn(text, " ");
	}
}

static void life_release(struct life *l)
{
	state_release(&l->st);
	events_release(&l->events);
}

/* "5 certificate P3 [e u] 5": day, kind, severity, regions, day of the key. */
static void describe(const struct life *l, char *out)
{
	struct buf b;

	buf_init(&b, SIZE - 1);
	for (size_t i = 0; i < l->events.n; i++) {
		const struct alert_record *r = &l->events.v[i].record;
		char event[ALERT_EVENT_SIZE], key[ALERT_KEY_SIZE];
		const char *at = strrchr(alert_key(r, key), ':') + 1;

		buf_fmt(&b, "%s%lld %.*s %s [", i ? " | " : "",
			((long long)r->at - START) / DAY,
			(int)strcspn(alert_event(r, event), "_"), event,
			severity_name(r->severity));
		for (size_t k = 0; k < r->n_regions; k++)
			buf_fmt(&b, "%s%s", k ? " " : "", r->regions[k]);
		buf_fmt(&b, "] %lld", (strtoll(at, NULL, 10) - START) / DAY);
	}
	memcpy(out, b.p, b.len + 1);
	buf_release(&b);
}

static void test_lives(void **state)
{
	static const struct {
		const char *name, *life, *events;
	} rows[] = {
		{"a good one", "0-9 ec40 ek13", ""},
		{"each threshold once, and the end", "0-50 ec45",
			"15 certificate P3 [e] 15 | "
			"31 certificate P3 [e] 31 | "
			"38 certificate P2 [e] 38 | "
			"44 certificate P2 [e] 44 | "
			"45 certificate P1 [e] 45"},
		{"a credential", "0-20 ek10",
			"7 token P2 [e] 7 | 10 token P1 [e] 10"},
		{"both", "0-9 ec37 ek10",
			"7 certificate P3 [e] 7 | 7 token P2 [e] 7"},
		{"found late: the smallest alone", "0-3 ec5",
			"0 certificate P2 [e] -2"},
		{"nobody looked for a while", "0 ec45; 40-41 ec45",
			"40 certificate P2 [e] 38"},
		{"renewed", "0-33 ec45; 34-61 ec90",
			"15 certificate P3 [e] 15 | "
			"31 certificate P3 [e] 31 | "
			"60 certificate P3 [e] 60"},
		{"an edge that serves the old one now and then",
			"0 ec20; 1 ec90; 2 ec20; 3 ec90; 4 ec20",
			"0 certificate P3 [e] -10"},
		{"regions that agree: one event", "0-1 ac20 ec20 uc20",
			"0 certificate P3 [a e u] -10"},
		{"regions that do not: the earliest", "0-1 ac20 ec5 uc40 zc5",
			"0 certificate P2 [e z] -2"},
		{"until that is renewed", "0-1 ac20 ec5; 2-3 ac20 ec90",
			"0 certificate P2 [e] -2 | 2 certificate P3 [a] -10"},
		{"regions one after the other", "0-1 ac20 / ec20 / uc20",
			"0 certificate P3 [a] -10"},
		{"a late one says what is told already",
			"0 ec35; 21 ec35 / ac35",
			"21 certificate P3 [e] 21"},
		{"who cannot tell says nothing", "0-2 e?c e?k; 3 ec20 u?c",
			"3 certificate P3 [e] -10"},
		{"nobody knows when it ended", "0-3 e!c uc90",
			"0 certificate P1 [e] 0"},
		{"that comes before one of which it is known", "0 ec5 u!c ac1",
			"0 certificate P1 [u] 0"},
		{"all have ended: the one that did so first",
			"9 ec3 ac5", "9 certificate P1 [e] 3"},
		{"the same region again is another day", "0 ec45 ec20 ec5",
			"0 certificate P3 [e] -10 | 0 certificate P2 [e] -2"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct life l;
		char got[SIZE];

		live(&l, rows[i].life);
		describe(&l, got);
		if (strcmp(got, rows[i].events) != 0)
			fail_msg("%s:\n  %s\nexpected:\n  %s", rows[i].name,
				got, rows[i].events);
		life_release(&l);
	}
}

static void test_many_ends(void **state)
{
	struct life l;

	(void)state;
	/*
	 * More ends than are remembered: the oldest are forgotten, and told
	 * again.
	 */
	live(&l, "0 ec1/ec2/ec3/ec4/ec5/ec6/ec7/ec8/ec9/ec10/ec11/ec12/ec13/"
		 "ec14/ec15/ec16/ec17/ec18/ec17/ec18/ec3");
	assert_int_equal(l.events.n, 18);
	assert_int_equal(l.st.n_expiries, EXPIRIES_MAX);
	life_release(&l);
}

static void test_event(void **state)
{
	struct life l;
	struct buf b;

	(void)state;
	live(&l, "39 ec45");
	events_words(&l.events);
	buf_init(&b, SIZE);
	alert_record_json(&b, &l.events.v[0].record);
	assert_string_equal(b.p,
		"{\"v\":1,\"type\":\"alert\",\"at\":1731369600,"
		"\"event\":\"certificate_expiring\","
		"\"dedup_key\":\"s:certificate_expiring:1731283200\","
		"\"server_slug\":\"s\",\"server_url\":\"https://s.example/mcp\","
		"\"severity\":\"P2\",\"tier\":null,\"probe_step\":null,"
		"\"region\":\"e\",\"regions\":[\"e\"],\"failure_layer\":null,\"checks\":null,"
		"\"probe_count\":null,\"started_at\":\"2024-11-11T00:00:00Z\","
		"\"resolved_at\":null,\"duration_seconds\":null,"
		"\"acknowledged_until\":null,"
		"\"last_error\":null,\"headline\":null,"
		"\"summary\":\"The certificate of s ends Mon 18 Nov 00:00 UTC "
		"(in 6 d); renew it.\","
		"\"dashboard_url\":null,\"runbook_url\":null,"
		"\"tools\":null,\"tool_hash\":null,"
		"\"change_class\":null,\"words\":null,\"sides\":null,\"measure\":null,"
		"\"flaps\":0,\"flapping\":false,\"follows\":null,"
		"\"servers\":null,"
		"\"server_count\":1,\"ack_url\":null}");
	buf_release(&b);
	life_release(&l);
}

static void test_summaries(void **state)
{
	static const struct {
		const char *life, *summary;
	} rows[] = {
		{"44 ec45", "The certificate of s ends Mon 18 Nov 00:00 UTC "
			    "(in 24 h); renew it."},
		{"50 ec45", "The certificate of s EXPIRED 5 d ago (Mon 18 Nov "
			    "00:00 UTC); renew it."},
		{"39 ec45 uc90", "The certificate of s ends Mon 18 Nov 00:00 "
				 "UTC (in 6 d), as e sees it; renew it."},
		{"0 e!c", "The certificate of s EXPIRED; renew it."},
		{"43 ek45", "The credential for s ends Mon 18 Nov 00:00 UTC "
			    "(in 2 d); rotate it before that."},
		{"45 ek45 uk60", "The credential for s EXPIRED 0 min ago (Mon "
				 "18 Nov 00:00 UTC), as e holds it; "
				 "rotate it: probes with it fail."},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct life l;

		live(&l, rows[i].life);
		assert_int_equal(l.events.n, 1);
		events_words(&l.events);
		assert_string_equal(l.events.v[0].summary, rows[i].summary);
		life_release(&l);
	}
}

/* One round is one hour of records, each region once. */
static void test_round(void **state)
{
	struct expiry_record r = {.slug = "s", .region = "e", .at = START,
		.status = EXPIRY_EXPIRING, .within = 7 * DAY,
		.expires_at = START + 6 * DAY};
	struct expiry_rounds l = {0};

	(void)state;
	assert_true(expiry_fits(&l, &r));
	expiry_collect(&l, &r);
	assert_false(expiry_fits(&l, &r));
	r.region = "u";
	assert_true(expiry_fits(&l, &r));
	r.at = START + EXPIRY_ROUND_S;
	assert_true(expiry_fits(&l, &r));
	r.at = START + EXPIRY_ROUND_S + 1;
	assert_false(expiry_fits(&l, &r));
	/* Of another server, and of another end, nothing was collected. */
	r.slug = "t";
	assert_true(expiry_fits(&l, &r));
	r.slug = "s";
	r.what = EXPIRY_CREDENTIAL;
	assert_true(expiry_fits(&l, &r));
	expiry_forget(&l);
}

/* Records of a stranger: ended, and ends tomorrow; was to end in 1970, by a
   threshold of its own. */
static void test_odd_ends(void **state)
{
	struct expiry_record r = {.slug = "s", .region = "e", .at = START,
		.status = EXPIRY_EXPIRED, .within = 0, .expires_at = START + DAY};
	struct life l = {0};

	(void)state;
	state_init(&l.st, "s");
	expiry_collect(&l.rounds, &r);
	tell(&l);
	events_words(&l.events);
	assert_string_equal(l.events.v[0].summary,
		"The certificate of s EXPIRED; renew it.");
	r.status = EXPIRY_EXPIRING;
	r.within = 8 * DAY;
	r.expires_at = DAY;
	expiry_collect(&l.rounds, &r);
	tell(&l);
	assert_int_equal(l.events.n, 2);
	assert_int_equal(l.events.v[1].record.started_at, 0);
	assert_int_equal(l.events.v[1].record.severity, SEVERITY_P3);
	life_release(&l);
}

/* A hostile name in a certificate. */
static void test_issuer(void **state)
{
	struct expiry_record r = {.slug = "s", .region = "e", .at = START,
		.status = EXPIRY_EXPIRING, .within = 604800,
		.expires_at = START + 6 * DAY,
		.issuer = "R\n3\xe2\x80\xae\x1b[2J"};
	struct life l = {0};

	(void)state;
	state_init(&l.st, "s");
	expiry_collect(&l.rounds, &r);
	tell(&l);
	events_words(&l.events);
	assert_string_equal(l.events.v[0].summary,
		"The certificate of R?3??[2J, the issuer of s's, ends "
		"Thu 10 Oct 00:00 UTC (in 6 d); replace the chain that is sent.");
	life_release(&l);
}

/* A long one is cut. */
static void test_long_issuer(void **state)
{
	char name[66];
	struct expiry_record r = {.slug = "s", .region = "e", .at = START,
		.status = EXPIRY_EXPIRING, .within = 604800,
		.expires_at = START + 6 * DAY, .issuer = name};
	struct life l = {0};

	(void)state;
	memset(name, 'R', 65);
	name[65] = '\0';
	state_init(&l.st, "s");
	expiry_collect(&l.rounds, &r);
	tell(&l);
	name[64] = '\0';
	events_words(&l.events);
	assert_non_null(strstr(l.events.v[0].summary, name));
	name[64] = 'R';
	assert_null(strstr(l.events.v[0].summary, name));
	life_release(&l);
}

/* States of older versions, and states that we did not write. */
static void test_states(void **state)
{
	static const struct {
		const char *expiries;
		bool good;
	} rows[] = {
		{"", true}, {",\"expiries\":[]", true},
		{",\"expiries\":[{\"what\":\"certificate\",\"expires_at\":0,"
		 "\"within\":0}]", true},
		{",\"expiries\":{}", false}, {",\"expiries\":null", false},
		{",\"expiries\":[7]", false},
		{",\"expiries\":[{\"what\":\"x\",\"expires_at\":0,"
		 "\"within\":0}]", false},
		{",\"expiries\":[{\"what\":\"credential\",\"expires_at\":-1,"
		 "\"within\":0}]", false},
		{",\"expiries\":[{\"what\":\"credential\",\"expires_at\":1}]",
			false},
		/* An expiry is a single event, never an incident. */
		{",\"incidents\":[{\"kind\":\"certificate_expiring\"}]", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct alert_state st;
		char why[STATE_WHY];
		struct buf b;
		bool own = strstr(rows[i].expiries, "incidents") != NULL;

		buf_init(&b, SIZE);
		buf_fmt(&b, "{\"v\":1,\"revision\":1,\"writer\":null,\"slug\":"
			"\"s\",\"url\":null,\"window\":0,\"number\":0,"
			"\"regions\":[]%s%s,\"outbox\":[],\"timeline\":[]}",
			own ? "" : ",\"incidents\":[]", rows[i].expiries);
		if (state_read(b.p, b.len, "s", &st, why) != rows[i].good)
			fail_msg("%s", b.p);
		assert_true(rows[i].good || st.n_expiries == 0);
		state_release(&st);
		buf_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lives),
		cmocka_unit_test(test_many_ends),
		cmocka_unit_test(test_event),
		cmocka_unit_test(test_summaries),
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_odd_ends),
		cmocka_unit_test(test_issuer),
		cmocka_unit_test(test_long_issuer),
		cmocka_unit_test(test_states),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
