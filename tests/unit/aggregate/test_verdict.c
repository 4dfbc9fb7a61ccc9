/* SPDX-License-Identifier: MIT */
/*
 * Goal: THE RULE of mcp-aggregate(1), line by line, as a table: the probes of
 * each region, the instant of judging, the verdict.
 */
#include "timeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

struct verdict_case {
	const char *name;
	double now;
	const char *timeline; /* see timeline.h */
	const char *verdict;
	const char *expected; /* regions, where others than in the timeline */
	double interval;      /* 60 where not given */
};

static void check(const struct verdict_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct verdict_case *c = &cases[i];
		struct rule rule = rule_default(
			c->interval > 0 ? c->interval : 60);
		struct timeline t;
		char got[512];

		timeline_read(&t, c->timeline);
		timeline_judge(&t, &rule, c->expected, c->now, got);
		if (strcmp(got, c->verdict) != 0)
			fail_msg("%s: %s, expected %s", c->name, got,
				c->verdict);
	}
}

#define CHECK(cases) check(cases, sizeof cases / sizeof *cases)

static void test_counts(void **state)
{
	static const struct verdict_case cases[] = {
		{"no region fails", 50, "ap 1:-|eu 2:-|us 3:w",
			"green ok - 0 3/3 [] []", NULL, 0},
		{"one fails", 50, "ap 1:-|eu 2:6|us 3:-",
			"amber regional tools-list 1 3/3 [eu] []", NULL, 0},
		{"two agree", 50, "ap 1:-|eu 2:6|us 3:6",
			"red step-alert tools-list 2 3/3 [eu us] []", NULL, 0},
		{"two of five agree", 50, "ap 1:-|eu 2:6|sa 3:6|uk 4:-|us 5:-",
			"red step-alert tools-list 2 5/5 [eu sa] []", NULL, 0},
		{"three agree", 50, "ap 1:6|eu 2:6|sa 3:6|uk 4:-|us 5:-",
			"red hard-outage tools-list 3 5/5 [ap eu sa] []", NULL,
			0},
		{"all of three agree", 50, "ap 1:1|eu 2:1|us 3:1",
			"red hard-outage dns 3 3/3 [ap eu us] []", NULL, 0},
		{"seven regions, seven fail", 50,
			"a 1:2|b 2:2|c 3:2|d 4:2|e 5:2|f 6:2|g 7:2",
			"red hard-outage tls 7 7/7 [a b c d e f g] []", NULL,
			0},
		{"two regions, both fail", 50, "eu 2:2|us 3:2",
			"red step-alert tls 2 2/2 [eu us] []", NULL, 0},
		{"two regions, one fails", 50, "eu 2:2|us 3:-",
			"amber regional tls 1 2/2 [eu] []", NULL, 0},
		{"only the run that ends now counts", 130,
			"eu 1:6 61:-|us 3:6 63:6",
			"amber regional tools-list 1 2/2 [us] []", NULL, 0},
		{"regions in any order", 50, "us 3:6|ap 1:-|eu 2:6",
			"red step-alert tools-list 2 3/3 [eu us] []",
			"us eu ap", 0},
	};

	(void)state;
	CHECK(cases);
}

static void test_steps(void **state)
{
	static const struct verdict_case cases[] = {
		{"two at different steps do not agree", 50,
			"ap 1:-|eu 2:6|us 3:2",
			"amber regional tls 1 3/3 [eu us] []", NULL, 0},
		{"most agreeing regions win", 50,
			"ap 1:6|eu 2:6|sa 3:2|uk 4:-|us 5:-",
			"red step-alert tools-list 2 5/5 [ap eu sa] []", NULL,
			0},
		{"three against two, D11", 50, "ap 1:6|eu 2:6|sa 3:1|uk 4:1|"
					       "us 5:6",
			"red hard-outage tools-list 3 5/5 [ap eu sa uk us] []",
			NULL, 0},
		{"those before, at another step, agree with nobody", 130,
			"ap 3:-|eu 1:6 71:1|us 2:1",
			"amber regional dns 1 3/3 [eu us] []", NULL, 0},
		{"at the last step", 50, "ap 1:-|eu 2:8|us 3:8",
			"red step-alert tool-hash 2 3/3 [eu us] []", NULL, 0},
		{"a tie goes to the earlier step", 50,
			"ap 1:6|eu 2:6|sa 3:2|uk 4:2|us 5:-",
			"red step-alert tls 2 5/5 [ap eu sa uk] []", NULL, 0},
		{"every region fails, each at another step", 50,
			"ap 1:1|eu 2:2|us 3:6",
			"red hard-outage dns 1 3/3 [ap eu us] []", NULL, 0},
		{"every region, whatever the steps, but too far apart", 100,
			"ap 1:1|eu 2:2|us 70:6",
			"amber regional dns 1 3/3 [ap eu us] []", NULL, 0},
		{"every region at the tolerance exactly", 100,
			"ap 1:1|eu 2:2|us 61:6",
			"red hard-outage dns 1 3/3 [ap eu us] []", NULL, 0},
		{"every region but the silent one", 50, "ap 1:1|eu 2:2|us 3:6",
			"amber regional dns 1 3/4 [ap eu us] [sa]",
			"ap eu us sa", 0},
		{"two regions at two steps are no outage", 50, "eu 2:1|us 3:2",
			"amber regional dns 1 2/2 [eu us] []", NULL, 0},
		{"a run is of one step", 130,
			"eu 1:6 61:1|us 2:6 62:6|ap 3:- 63:-",
			"amber regional dns 1 3/3 [eu us] []", NULL, 0},
	};

	(void)state;
	CHECK(cases);
}

static void test_instants(void **state)
{
	static const struct verdict_case cases[] = {
		{"the minute's edge plays no part", 70, "ap 1:-|eu 58:6|us 62:6",
			"red step-alert tools-list 2 3/3 [eu us] []", NULL, 0},
		{"apart by the tolerance", 100, "ap 1:-|eu 5.5:6|us 65.5:6",
			"red step-alert tools-list 2 3/3 [eu us] []", NULL, 0},
		{"apart by more", 100, "ap 1:-|eu 5.5:6|us 65.6:6",
			"amber regional tools-list 1 3/3 [eu us] []", NULL, 0},
		{"30 s apart is one outage", 100, "ap 9:-|eu 10:6|us 40:6",
			"red step-alert tools-list 2 3/3 [eu us] []", NULL, 0},
		{"20 minutes apart are two", 1300,
			"ap 1290:-|eu 60:6 1260:-|us 1261:6",
			"amber regional tools-list 1 3/3 [us] []", NULL, 0},
		{"any failure of the run may agree", 170,
			"ap 1:-|eu 30:6 90:6 150:6|us 5:6",
			"red step-alert tools-list 2 3/3 [eu us] []", NULL, 0},
		{"the largest set may lie in the middle", 170,
			"a 1:6|b 50:6|c 60:6|d 105:6|e 168:6|f 2:-|g 3:-",
			"red hard-outage tools-list 3 7/7 [a b c d e] []",
			NULL, 0},
		{"a probe as old as the lookback is not looked at", 180,
			"ap 10:-|eu 0:6|us 20:-",
			"green ok - 0 2/3 [] [eu]", NULL, 0},
		{"one a little younger is", 180, "ap 10:-|eu 0.1:6|us 20:-",
			"amber regional tools-list 1 3/3 [eu] []", NULL, 0},
		{"what is not looked at agrees with nobody", 200,
			"ap 100:-|eu 10:6 180:6|us 19:6 110:6",
			"amber regional tools-list 1 3/3 [eu us] []", NULL, 0},
		{"so is what is as old as the lookback", 200,
			"ap 100:-|eu 20:6 180:6|us 30:6 75:6",
			"amber regional tools-list 1 3/3 [eu us] []", NULL, 0},
		{"and what is a little younger is looked at", 200,
			"ap 100:-|eu 20.1:6 180:6|us 30:6 75:6",
			"red step-alert tools-list 2 3/3 [eu us] []", NULL, 0},
		{"two seconds ahead", 10, "ap 12:-|eu 12:6|us 12:6",
			"red step-alert tools-list 2 3/3 [eu us] []", NULL, 0},
		{"more than two seconds ahead", 10,
			"ap 5:-|eu 5:- 12.1:6|us 5:- 12.1:6",
			"green ok - 0 3/3 [] []", NULL, 0},
		{"nothing but the future", 10, "ap 50:-|eu 50:6|us 50:6",
			"unknown no-data - 0 0/3 [] [ap eu us]", NULL, 0},
		{"the future does not hide the present", 10,
			"ap 5:- 99:6|eu 5:6 99:-|us 5:6 99:-",
			"red step-alert tools-list 2 3/3 [eu us] []", NULL, 0},
	};

	(void)state;
	CHECK(cases);
}

static void test_alone(void **state)
{
	static const struct verdict_case cases[] = {
		{"passes", 50, "eu 1:-", "green ok - 0 1/1 [] []", NULL, 0},
		{"once", 50, "eu 1:3",
			"amber regional initialize 1 1/1 [eu] []", NULL, 0},
		{"twice", 90, "eu 1:3 61:3",
			"amber regional initialize 1 1/1 [eu] []", NULL, 0},
		{"three times", 150, "eu 1:3 61:3 121:3",
			"red step-alert initialize 1 1/1 [eu] []", NULL, 0},
		{"three times, and late", 299, "eu 1:3 61.2:3 121.4:3",
			"red step-alert initialize 1 1/1 [eu] []", NULL, 0},
		{"a pass between", 250, "eu 1:3 61:3 121:- 181:3 241:3",
			"amber regional initialize 1 1/1 [eu] []", NULL, 0},
		{"another step between", 250, "eu 1:3 61:3 121:1 181:3 241:3",
			"red step-alert initialize 1 1/1 [eu] []", NULL, 0},
		{"another step each time", 150, "eu 1:3 61:6 121:1",
			"red step-alert dns 1 1/1 [eu] []", NULL, 0},
		{"two steps in turns", 330, "eu 1:3 61:6 121:3 181:6 241:3 301:6",
			"red step-alert tools-list 1 1/1 [eu] []", NULL, 0},
		{"twice, at two steps", 90, "eu 1:- 31:3 61:6",
			"amber regional tools-list 1 1/1 [eu] []", NULL, 0},
		{"a pass between, at other steps", 250,
			"eu 1:3 61:6 121:- 181:1 241:3",
			"amber regional initialize 1 1/1 [eu] []", NULL, 0},
		{"at other steps, with a silence between", 500,
			"eu 1:3 61:6 490:1",
			"amber regional dns 1 1/1 [eu] []", NULL, 0},
		{"behind a wall between", 250, "eu 1:3 61:6 121:w 181:1 241:3",
			"amber regional initialize 1 1/1 [eu] []", NULL, 0},
		{"three times, with a silence between", 500,
			"eu 1:3 61:3 490:3",
			"amber regional initialize 1 1/1 [eu] []", NULL, 0},
		{"three times, each the whole lookback after the other", 400,
			"eu 1:3 181:3 361:3",
			"amber regional initialize 1 1/1 [eu] []", NULL, 0},
		{"three times, each a little less", 400, "eu 1:3 180:3 359:3",
			"red step-alert initialize 1 1/1 [eu] []", NULL, 0},
		{"silent", 600, "eu 1:3 61:3 121:3",
			"unknown no-data - 0 0/1 [] [eu]", NULL, 0},
		{"the only expected one of many", 150,
			"eu 1:3 61:3 121:3|us 121:3|ap 121:3",
			"red step-alert initialize 1 1/1 [eu] []", "eu", 0},
	};

	(void)state;
	CHECK(cases);
}

/* Regions that share a machine fail, agree and report as one. */
static void test_machines(void **state)
{
	static const struct verdict_case cases[] = {
		{"one machine does not agree with itself", 50,
			"ap 1:-|eu=m 2:6|us=m 3:6",
			"amber regional tools-list 1 2/3 [eu us] []", NULL, 0},
		{"but with another", 50, "ap 1:6|eu=m 2:6|us=m 3:6",
			"red step-alert tools-list 2 2/3 [ap eu us] []", NULL,
			0},
		{"by whichever of its regions", 50, "ap 1:6|eu=m 2:-|us=m 3:6",
			"red step-alert tools-list 2 2/3 [ap us] []", NULL, 0},
		{"its regions at other steps", 50, "ap 1:-|eu=m 2:1|us=m 3:6",
			"amber regional dns 1 2/3 [eu us] []", NULL, 0},
		{"it reports while one of them does", 400,
			"ap 390:-|eu=m 390:-|us=m 1:-",
			"green ok - 0 2/3 [] [us]", NULL, 0},
		{"alone it is as the only region", 50, "eu=m 2:-|us=m 3:-",
			"green ok - 0 1/2 [] []", NULL, 0},
		{"which fails twice", 130, "eu=m 2:1 62:1|us=m 3:1 63:1",
			"amber regional dns 1 1/2 [eu us] []", NULL, 0},
		{"and a third time", 130,
			"eu=m 2:1 62:1 122:1|us=m 3:1 63:1 123:1",
			"red step-alert dns 1 1/2 [eu us] []", NULL, 0},
		{"but not from each of its regions", 130,
			"eu=m 2:1 62:1 122:1|us=m 3:1 63:1 123:-",
			"amber regional dns 1 1/2 [eu] []", NULL, 0},
		{"or where it reports from", 400,
			"eu=m 270:1 330:1 390:1|us=m 3:-",
			"red step-alert dns 1 1/2 [eu] [us]", NULL, 0},
		{"nor while one of them is told to come less often", 170,
			"eu=m 2:1 62:1 122:1|"
			"us=m 3:3/http.429 63:3/http.429 123:3/http.429",
			"amber regional dns 1 1/2 [eu us] []", NULL, 0},
		{"and with one that is silent", 400,
			"ap 1:-|eu=m 390:6|us=m 390:6",
			"unknown no-data tools-list 1 1/3 [eu us] [ap]", NULL,
			0},
		{"two machines of two regions", 50,
			"a=a 1:6|b=a 2:6|c=c 3:6|d=c 4:6",
			"red step-alert tools-list 2 2/4 [a b c d] []", NULL,
			0},
		{"every machine of three, whatever the steps", 50,
			"a 1:1|b=b 2:2|c=b 3:2|d 4:6",
			"red hard-outage dns 1 3/4 [a b c d] []", NULL, 0},
		{"two of them are no hard outage", 50, "a 1:1|b=b 2:2|c=b 3:6",
			"amber regional dns 1 2/3 [a b c] []", NULL, 0},
		{"which others have it plays no part", 50, "ap 1:6|us=m 3:6",
			"red step-alert tools-list 2 2/2 [ap us] []", NULL, 0},
	};

	(void)state;
	CHECK(cases);
}

static void test_refused(void **state)
{
	static const struct verdict_case cases[] = {
		{"our credential is refused everywhere", 100,
			"ap 1:- 61:5/auth.rejected|eu 2:- 62:5/auth.rejected|"
			"us 3:- 63:5/auth.rejected",
			"red hard-outage auth-initialize 3 3/3 [ap eu us] [] "
			"checks refused unchecked", NULL, 0},
		{"it has expired", 100,
			"eu 2:- 62:5/auth.refresh-needed|"
			"us 3:- 63:5/auth.refresh-needed",
			"red step-alert auth-initialize 2 2/2 [eu us] [] "
			"checks refused unchecked", NULL, 0},
		{"it lacks a scope, or the client is refused", 100,
			"eu 2:- 62:5/auth.scope|us 3:- 63:5/oauth.refused",
			"red step-alert auth-initialize 2 2/2 [eu us] [] "
			"checks refused unchecked", NULL, 0},
		{"the server asks late", 100,
			"eu 2:- 62:6/auth.rejected|us 3:- 63:6/auth.rejected",
			"red step-alert tools-list 2 2/2 [eu us] [] "
			"checks refused unchecked", NULL, 0},
		{"of one region it asks before", 100,
			"ap 1:- 61:5/auth.rejected|eu 2:- 62:6/auth.rejected|"
			"us 3:- 63:6/auth.rejected",
			"red hard-outage tools-list 2 3/3 [ap eu us] [] "
			"checks refused unchecked", NULL, 0},
		{"in one region", 100,
			"ap 1:- 61:-|eu 2:- 62:5/auth.rejected|us 3:- 63:-",
			"amber regional auth-initialize 1 3/3 [eu] [] "
			"checks refused", NULL, 0},
		{"in the second of two: the first shows that it works", 100,
			"eu 2:- 62:-|us 3:- 63:5/auth.rejected",
			"amber regional auth-initialize 1 2/2 [us] [] "
			"checks refused", NULL, 0},
		{"too few report, so nothing is known anyway", 100,
			"ap|eu 2:- 62:5/auth.rejected",
			"unknown no-data auth-initialize 1 1/2 [eu] [ap] "
			"checks refused", NULL, 0},
		{"it worked in another region only", 100,
			"ap 1:- 61:-|eu 62:5/auth.rejected|us 63:5/auth.rejected",
			"red step-alert auth-initialize 2 3/3 [eu us] [] "
			"checks refused unchecked", NULL, 0},
		{"it never worked", 100,
			"eu 62:5/auth.rejected|us 63:5/auth.rejected",
			"red step-alert auth-initialize 2 2/2 [eu us] []", NULL,
			0},
		{"there was none", 100,
			"eu 2:w 62:5/auth.rejected|us 3:w 63:5/auth.rejected",
			"red step-alert auth-initialize 2 2/2 [eu us] []", NULL,
			0},
		{"one region fails before that", 100,
			"ap 1:- 61:3/http.503|eu 2:- 62:5/auth.rejected|"
			"us 3:- 63:5/auth.rejected",
			"red hard-outage auth-initialize 2 3/3 [ap eu us] []",
			NULL, 0},
		{"most fail before that", 100,
			"ap 1:- 61:3/http.503|eu 2:- 62:5/auth.rejected|"
			"us 3:- 63:3/http.503",
			"red hard-outage initialize 2 3/3 [ap eu us] []",
			NULL, 0},
		{"one fails there for another reason", 100,
			"ap 1:- 61:5/http.500|eu 2:- 62:5/auth.rejected|"
			"us 3:- 63:5/auth.rejected",
			"red hard-outage auth-initialize 3 3/3 [ap eu us] []",
			NULL, 0},
		{"one fails at the login for another reason", 100,
			"ap 1:- 61:5/oauth.token|eu 2:- 62:6/auth.rejected|"
			"us 3:- 63:6/auth.rejected",
			"red hard-outage tools-list 2 3/3 [ap eu us] []", NULL,
			0},
		{"one gets in, and fails there", 100,
			"ap 1:- 61:7/tool.error|eu 2:- 62:5/auth.rejected|"
			"us 3:- 63:5/auth.rejected",
			"red hard-outage auth-initialize 2 3/3 [ap eu us] [] "
			"checks refused unchecked", NULL, 0},
		{"most get in, and fail there", 100,
			"ap 1:- 61:7/tool.error|eu 2:- 62:7/tool.error|"
			"us 3:- 63:5/auth.rejected",
			"red hard-outage tools-call 2 3/3 [ap eu us] []", NULL,
			0},
		{"one is limited", 170,
			"ap 1:3/http.429 61:3/http.429 121:3/http.429|"
			"eu 2:- 122:5/auth.rejected|us 3:- 123:5/auth.rejected",
			"red step-alert auth-initialize 2 3/3 [ap eu us] [] "
			"checks refused unchecked", NULL, 0},
		{"one that is silent failed before that", 1000,
			"ap 1:3/http.503|eu 902:- 962:5/auth.rejected|"
			"us 903:- 963:5/auth.rejected",
			"red step-alert auth-initialize 2 2/3 [eu us] [ap] "
			"checks refused unchecked", NULL, 0},
		{"the only region", 250,
			"eu 2:- 62:5/auth.rejected 122:5/auth.rejected "
			"182:5/auth.rejected",
			"red step-alert auth-initialize 1 1/1 [eu] [] "
			"checks refused unchecked", NULL, 0},
		{"the server asks, and does not say for what", 100,
			"eu 2:- 62:3/auth.bare-401|us 3:- 63:3/auth.bare-401",
			"red step-alert initialize 2 2/2 [eu us] []", NULL, 0},
		{"the login service does not answer", 100,
			"eu 2:- 62:5/oauth.token|us 3:- 63:5/oauth.token",
			"red step-alert auth-initialize 2 2/2 [eu us] []", NULL,
			0},
	};

	(void)state;
	CHECK(cases);
}

/* It worked before all probes that are known: the verdict before says so. */
static void test_refused_for_long(void **state)
{
	const struct rule rule = rule_default(60);
	struct timeline t;
	char got[512];

	(void)state;
	timeline_read(&t, "eu 62:5/auth.rejected|us 63:5/auth.rejected");
	t.worked = -5000;
	timeline_judge(&t, &rule, NULL, 100, got);
	assert_string_equal(got,
		"red step-alert auth-initialize 2 2/2 [eu us] [] "
		"checks refused unchecked");
}

static void test_throttled(void **state)
{
	static const struct verdict_case cases[] = {
		{"the first 429 is none", 50, "ap 1:-|eu 2:6/http.429|us 3:-",
			"green ok - 0 3/3 [] []", NULL, 0},
		{"the second neither", 100,
			"ap 1:- 61:-|eu 2:6/http.429 62:6/http.429|us 3:-",
			"green ok - 0 3/3 [] []", NULL, 0},
		{"the third is", 170,
			"ap 121:-|eu 2:6/http.429 62:6/http.429 122:6/http.429"
			"|us 123:-",
			"amber regional tools-list 1 3/3 [eu] [] "
			"checks rate-limited", NULL, 0},
		{"a pass between", 250,
			"ap 181:-|us 183:-|eu 2:6/http.429 62:6/http.429 122:- "
			"182:6/http.429",
			"green ok - 0 3/3 [] []", NULL, 0},
		{"the third counts once, not as three", 170,
			"eu 2:6/http.429 62:6/http.429 122:6/http.429",
			"amber regional tools-list 1 1/1 [eu] [] "
			"checks rate-limited unchecked", NULL, 0},
		{"the fifth makes the only region no more red", 300,
			"eu 2:6/http.429 62:6/http.429 122:6/http.429 "
			"182:6/http.429 242:6/http.429",
			"amber regional tools-list 1 1/1 [eu] [] "
			"checks rate-limited unchecked", NULL, 0},
		{"nor all regions", 170,
			"ap 1:3/http.429 61:3/http.429 121:3/http.429|"
			"eu 2:3/http.429 62:3/http.429 122:3/http.429|"
			"us 3:3/http.429 63:3/http.429 123:3/http.429",
			"amber regional initialize 3 3/3 [ap eu us] [] "
			"checks rate-limited unchecked", NULL, 0},
		{"nor two machines at two steps", 170,
			"eu 2:4/http.429 62:4/http.429 122:4/http.429|"
			"us 3:7/http.429 63:7/http.429 123:7/http.429",
			"amber regional oauth-discovery 1 2/2 [eu us] [] "
			"checks rate-limited unchecked", NULL, 0},
		{"where one gets in, two are as many as an outage has", 170,
			"ap 121:-|eu 2:6/http.429 62:6/http.429 122:6/http.429"
			"|us 3:6/http.429 63:6/http.429 123:6/http.429",
			"amber regional tools-list 2 3/3 [eu us] [] "
			"checks rate-limited unchecked", NULL, 0},
		{"one that got in and is silent says nothing of now", 1000,
			"ap 1:-|eu 872:4/http.429 932:4/http.429 992:4/http.429"
			"|us 873:7/http.429 933:7/http.429 993:7/http.429",
			"amber regional oauth-discovery 1 2/3 [eu us] [ap] "
			"checks rate-limited unchecked", NULL, 0},
		{"it agrees with no other failure of its step", 170,
			"ap 121:-|eu 2:3/http.429 62:3/http.429 122:3/http.429"
			"|us 123:3/http.503",
			"amber regional initialize 1 3/3 [eu us] []", NULL, 0},
		{"nor with those at other steps", 170,
			"ap 121:1|eu 2:3/http.429 62:3/http.429 122:3/http.429"
			"|us 123:3/http.503",
			"amber regional dns 1 3/3 [ap eu us] []", NULL, 0},
		{"beside an outage it is a report", 170,
			"ap 121:3|eu 2:3/http.429 62:3/http.429 122:3/http.429"
			"|us 123:3/http.503",
			"red step-alert initialize 2 3/3 [ap eu us] []", NULL,
			0},
		{"the failures before it are over", 300,
			"eu 2:3/http.503 62:3/http.503 122:3/http.429 "
			"182:3/http.429 242:3/http.429",
			"amber regional initialize 1 1/1 [eu] [] "
			"checks rate-limited unchecked", NULL, 0},
		{"it says nothing of what was before: failing", 100,
			"ap 61:-|eu 2:6/http.503 62:6/http.429|us 3:6/http.503",
			"red step-alert tools-list 2 3/3 [eu us] []", NULL, 0},
		{"a run goes on across it", 250,
			"eu 2:6 62:6/http.429 122:6 182:6",
			"red step-alert tools-list 1 1/1 [eu] []", NULL, 0},
		{"nor does it count where the step changes", 250,
			"eu 2:6 62:3/http.429 122:1",
			"amber regional dns 1 1/1 [eu] []", NULL, 0},
		{"the only region fails on across it, at another step", 250,
			"eu 2:6 62:3/http.429 122:1 182:6",
			"red step-alert tools-list 1 1/1 [eu] []", NULL, 0},
		{"nor does it from the third on: before it was no outage", 310,
			"eu 2:3/http.429 62:3/http.429 122:6/http.429 182:1 "
			"242:6",
			"amber regional tools-list 1 1/1 [eu] []", NULL, 0},
		{"third in a row at whatever step", 170,
			"ap 121:-|eu 2:3/http.429 62:6/http.429 122:6/http.429"
			"|us 123:-",
			"amber regional tools-list 1 3/3 [eu] [] "
			"checks rate-limited", NULL, 0},
		{"third in three days", 400,
			"ap 390:-|us 390:-|eu 2:6/http.429 200:6/http.429 "
			"390:6/http.429",
			"green ok - 0 3/3 [] []", NULL, 0},
		{"it is a report", 50, "eu 2:6/http.429|us 3:-",
			"green ok - 0 2/2 [] []", NULL, 0},
		{"after a silence it does not turn a failure into a pass", 900,
			"ap 890:-|eu 2:6 890:6/http.429|us 890:-",
			"amber regional tools-list 0 3/3 [eu] []", NULL, 0},
		{"whatever the step", 900,
			"ap 890:-|eu 2:8 890:6/http.429|us 890:-",
			"amber regional tool-hash 0 3/3 [eu] []", NULL, 0},
		{"nor the only region red", 900,
			"eu 2:6 62:6 122:6 890:6/http.429",
			"amber regional tools-list 0 1/1 [eu] []", NULL, 0},
		{"a silent one says nothing of now: limited", 1000,
			"ap 990:-|us 991:-|"
			"eu 2:6/http.429 62:6/http.429 122:6/http.429",
			"green ok - 0 2/3 [] [eu]", NULL, 0},
		{"nor does one that failed otherwise", 1000,
			"ap 990:-|eu 2:6/http.503|"
			"us 871:6/http.429 931:6/http.429 991:6/http.429",
			"amber regional tools-list 1 2/3 [us] [eu] "
			"checks rate-limited", NULL, 0},
		{"another code of HTTP counts at once", 50,
			"ap 1:-|eu 2:6/http.4290|us 3:6/http.42",
			"red step-alert tools-list 2 3/3 [eu us] []", NULL, 0},
	};

	(void)state;
	CHECK(cases);
}

static void test_silence(void **state)
{
	static const struct verdict_case cases[] = {
		{"too few reporters", 50, "eu 1:-",
			"unknown no-data - 0 1/5 [] [ap sa uk us]",
			"ap eu sa uk us", 0},
		{"two are enough", 50, "eu 1:-|us 2:-",
			"green ok - 0 2/5 [] [ap sa uk]", "ap eu sa uk us", 0},
		{"nobody reports", 50, "eu|us",
			"unknown no-data - 0 0/2 [] [eu us]", NULL, 0},
		{"nobody is expected", 50, "eu 1:6|us 1:6",
			"unknown no-data - 0 0/0 [] []", "", 0},
		{"unknown carries who fails", 50, "eu 1:6",
			"unknown no-data tools-list 1 1/3 [eu] [ap us]",
			"ap eu us", 0},
		{"silent while failing", 600, "ap 590:-|eu 1:6 61:6|us 595:-",
			"green ok - 0 2/3 [] [eu]", NULL, 0},
		{"silent while passing", 600, "ap 590:-|eu 1:6 61:-|us 595:-",
			"green ok - 0 2/3 [] [eu]", NULL, 0},
		{"the silent one agrees with nobody", 250,
			"ap 240:-|eu 1:6 61:6|us 90:6 240:6",
			"amber regional tools-list 1 2/3 [us] [eu]", NULL, 0},
		{"the step of the one that is heard", 600,
			"ap 590:-|eu 1:1 61:1|us 595:6",
			"amber regional tools-list 1 2/3 [us] [eu]", NULL, 0},
		{"and of no other, where it fails too long ago to agree", 600,
			"ap 590:-|eu 1:1|sa 1:1|us 410:6 "
			"500:6/http.429 595:6/http.429",
			"amber regional tools-list 0 2/4 [us] [eu sa]", NULL,
			0},
		{"however many fell silent", 600,
			"ap 590:-|eu 1:1|sa 1:6|uk 1:6|us 595:-",
			"green ok - 0 2/5 [] [eu sa uk]", NULL, 0},
		{"it does not report, whatever it was", 600,
			"eu 1:6 61:6|us 595:-",
			"unknown no-data - 0 1/2 [] [eu]", NULL, 0},
		{"it does not take part in all of them", 600,
			"ap 1:6 61:6|eu 595:6|us 595:2",
			"amber regional tls 1 2/3 [eu us] [ap]", NULL, 0},
		{"it reports again", 600, "ap 590:-|eu 1:6 61:6 599:-|us 595:-",
			"green ok - 0 3/3 [] []", NULL, 0},
		{"it is expected no more", 600, "ap 590:-|eu 1:6|us 595:-",
			"green ok - 0 2/2 [] []", "ap us", 0},
		{"who is not expected does not count", 50,
			"ap 1:6|eu 2:6|sa 3:6|us 4:-|uk 5:-",
			"green ok - 0 2/2 [] []", "us uk", 0},
		{"silent after a second 429", 600,
			"ap 590:-|us 595:-|eu 1:6/http.429 61:6/http.429",
			"green ok - 0 2/3 [] [eu]", NULL, 0},
		{"silent while failing, a 429 last", 600,
			"ap 590:-|us 595:-|eu 1:6 61:6/http.429",
			"green ok - 0 2/3 [] [eu]", NULL, 0},
	};

	(void)state;
	CHECK(cases);
}

static void test_cadences(void **state)
{
	static const struct verdict_case cases[] = {
		{"30 s: as at 60", 100, "ap 90:-|eu 10:6 40:6 70:6|us 11:- 41:-"
					" 71:6",
			"red step-alert tools-list 2 3/3 [eu us] []", NULL, 30},
		{"30 s: the only region, three times", 70, "eu 1:6 31:6 61:6",
			"red step-alert tools-list 1 1/1 [eu] []", NULL, 30},
		{"30 s: no wider tolerance", 100, "ap 90:-|eu 10:6|us 71:6",
			"amber regional tools-list 1 3/3 [eu us] []", NULL, 30},
		{"5 min: apart by the interval", 400,
			"ap 90:-|eu 10:6|us 310:6",
			"red step-alert tools-list 2 3/3 [eu us] []", NULL,
			300},
		{"5 min: apart by more", 400, "ap 90:-|eu 9:6|us 310:6",
			"amber regional tools-list 1 3/3 [eu us] []", NULL,
			300},
		{"5 min: looked at for 15", 910, "ap 900:-|eu 11:6|us 899:-",
			"amber regional tools-list 1 3/3 [eu] []", NULL,
			300},
		{"5 min: and no more", 911, "ap 900:-|eu 11:6|us 899:-",
			"green ok - 0 2/3 [] [eu]", NULL, 300},
		{"5 min: the only region, three times", 700,
			"eu 1:6 301:6 601:6",
			"red step-alert tools-list 1 1/1 [eu] []", NULL,
			300},
		{"5 min: every region, whatever the steps", 400,
			"ap 20:1|eu 100:2|us 310:6",
			"red hard-outage dns 1 3/3 [ap eu us] []", NULL,
			300},
	};

	(void)state;
	CHECK(cases);
}

static void test_defaults(void **state)
{
	struct rule r = rule_default(60), slow = rule_default(300);

	(void)state;
	assert_true(r.lookback_s == 180);
	assert_true(r.tolerance_s == 60);
	assert_true(r.ahead_s == 2);
	assert_true(r.divergence_s == 300);
	assert_true(rule_default(30).lookback_s == 180);
	assert_true(rule_default(30).tolerance_s == 60);
	assert_true(rule_default(61).lookback_s == 183);
	assert_true(rule_default(61).tolerance_s == 61);
	assert_true(slow.lookback_s == 900);
	assert_true(slow.tolerance_s == 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_instants),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_machines),
		cmocka_unit_test(test_throttled),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_refused_for_long),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_cadences),
		cmocka_unit_test(test_defaults),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
