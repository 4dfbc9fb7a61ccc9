/* SPDX-License-Identifier: MIT */
/*
 * Goal: what a vendor signs is taken, as its documentation signs it, and nothing
 * else: no other secret, body, address or time.
 */
#include "sinks/sink.h"
#include "transport/signature.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define ENV(...) ((char *const[]) {__VA_ARGS__, NULL})

static bool asked(const struct sink *sink, const struct sink_call *c)
{
	struct sink_answer a = {.key = ""};

	return sink->answer(c, &a);
}

/* The example of "Verifying requests from Slack". */
static void test_slack(void **state)
{
	struct sink_call c = {
		.secret = "8f742231b10e8888abcd99yyyzzz85a5",
		.env = ENV("HTTP_X_SLACK_REQUEST_TIMESTAMP=1531420618",
			"HTTP_X_SLACK_SIGNATURE=v0=a2114d57b48eac39b9ad189dd831"
			"6235a7b4a8d21a10bd27519666489c69b503"),
		.body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&"
			"team_domain=testteamnow&channel_id=G8PSS9T3V&"
			"channel_name=foobar&user_id=U2CERLKJA&"
			"user_name=roadrunner&command=%2Fwebhook-collect&text="
			"&response_url=https%3A%2F%2Fhooks.slack.com%2F"
			"commands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZR"
			"skXaIFfN&trigger_id=398738663015.47445629121.803a0bc88"
			"7a14d10d2c447fce8b6703c",
		.now = 1531420618,
	};
	struct sink_call bad = c;

	(void)state;
	assert_true(asked(&sink_slack, &c));
	c.now = 1531420618 + SINK_ANSWER_AGE;
	assert_true(asked(&sink_slack, &c));
	c.now++;
	assert_false(asked(&sink_slack, &c));
	c.now = 1531420618 - SINK_ANSWER_AGE - 1;
	assert_false(asked(&sink_slack, &c));
	bad.secret = "8f742231b10e8888abcd99yyyzzz85a6";
	assert_false(asked(&sink_slack, &bad));
	bad = c;
	bad.now = 1531420618;
	bad.body = "token=xyzz0WbapA4vBCDEFasx0q6G";
	assert_false(asked(&sink_slack, &bad));
	bad.env = ENV("HTTP_X_SLACK_REQUEST_TIMESTAMP=1531420618");
	assert_false(asked(&sink_slack, &bad));
}

/* The example of Twilio's "Validating requests", and of its own libraries. */
static void test_twilio(void **state)
{
	static const char url[] = "https://mycompany.com/myapp.php?foo=1&bar=2";
	struct sink_call c = {
		.secret = "12345",
		.env = ENV("HTTP_X_TWILIO_SIGNATURE="
			   "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
		.url = url,
		.query = "foo=1&bar=2",
		.body = "To=%2B18005551212&Digits=1234&From=%2B14158675309&"
			"Caller=%2B14158675309&CallSid=CA1234567890ABCDE",
	};
	struct sink_call bad = c;

	(void)state;
	assert_true(asked(&sink_twilio_voice, &c));
	bad.url = "https://mycompany.com/myapp.php?foo=1&bar=3";
	assert_false(asked(&sink_twilio_voice, &bad));
	bad = c;
	bad.body = "To=%2B18005551212&Digits=1&From=%2B14158675309&"
		   "Caller=%2B14158675309&CallSid=CA1234567890ABCDE";
	assert_false(asked(&sink_twilio_voice, &bad));
	bad = c;
	bad.secret = "12346";
	assert_false(asked(&sink_twilio_voice, &bad));
	bad = c;
	bad.env = ENV("X=y");
	assert_false(asked(&sink_twilio_voice, &bad));
	/* With a port and without, as its libraries try both. */
	c.url = "https://mycompany.com:1234/myapp.php?foo=1&bar=2";
	assert_true(asked(&sink_twilio_voice, &c));
	c.url = url;
	c.env = ENV("HTTP_X_TWILIO_SIGNATURE=kvajT1Ptam85bY51eRf/AJRuM3w=");
	assert_true(asked(&sink_twilio_voice, &c));
	c.url = "http://mycompany.com/myapp.php?foo=1&bar=2";
	assert_false(asked(&sink_twilio_voice, &c));
	c.env = ENV("HTTP_X_TWILIO_SIGNATURE=0ZXoZLH/DfblKGATFgpif+LLRf4=");
	assert_true(asked(&sink_twilio_voice, &c));
	c.url = "http://mycompany.com:1234/myapp.php?foo=1&bar=2";
	c.env = ENV("HTTP_X_TWILIO_SIGNATURE=Zmvh+3yNM1Phv2jhDCwEM3q5ebU=");
	assert_true(asked(&sink_twilio_voice, &c));
	c.url = url;
	/* What comes twice is signed once. */
	c.env = ENV("HTTP_X_TWILIO_SIGNATURE=IK+Dwps556ElfBT0I3Rgjkr1wJU=");
	c.body = "Sid=CA123&Digits=5678&SidAccount=AC123&Digits=1234&"
		 "Digits=1234";
	assert_true(asked(&sink_twilio_voice, &c));
}

/*
 * A key that is pressed in a call: the token says of which incident, and since
 * when that could be said.
 */
static void test_key_pressed(void **state)
{
	static const char key[] = "shop:downtime:1777485000";
	char token[ACK_TOKEN_SIZE];
	struct sink_answer a = {.key = ""};
	struct sink_call c = {
		.secret = "12345",
		.ack_secret = "secret",
		.env = ENV("HTTP_X_TWILIO_SIGNATURE="
			   "9fqbT/AmK4AkPbEH5YdX8xVZjl0="),
		.url = "https://example.com/answer/call",
		.query = token,
		.body = "Digits=1&To=%2B18005551212",
		.now = 1777485300,
	};

	(void)state;
	assert_true(ack_token_make("secret", key, 1777485060 + ACK_TOKEN_S,
		token));
	assert_true(sink_twilio_voice.answer(&c, &a));
	assert_string_equal(a.key, key);
	assert_string_equal(a.by, "phone ending in 1212 (call)");
	assert_int_equal((int)a.said_at, 1777485060);
	token[3] ^= 1;
	a = (struct sink_answer) {.key = ""};
	assert_true(sink_twilio_voice.answer(&c, &a));
	assert_string_equal(a.key, "");
}

/* Opsgenie says when in a unit that differs; what is no time is none. */
static void test_opsgenie_time(void **state)
{
	static const struct {
		const char *number;
		double at;
	} rows[] = {
		{"1795395827", 1795395827},
		{"1795395827250", 1795395827.25},
		{"1795395827250000000", 1795395827.25},
		{"1e300", 0},
		{"1e999", 0},
	};

	(void)state;
	alarm(20);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct sink_answer a = {.key = ""};
		char body[160];
		struct sink_call c = {
			.secret = "secret",
			.env = ENV("HTTP_AUTHORIZATION=Bearer secret"),
			.body = body,
		};

		snprintf(body, sizeof body,
			"{\"action\":\"Acknowledge\","
			"\"alert\":{\"alias\":\"a:downtime:1\","
			"\"username\":\"ann\",\"updatedAt\":%s}}",
			rows[i].number);
		assert_true(sink_opsgenie.answer(&c, &a));
		assert_string_equal(a.key, "a:downtime:1");
		assert_true(fabs(a.said_at - rows[i].at) < 0.01);
	}
	alarm(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slack),
		cmocka_unit_test(test_twilio),
		cmocka_unit_test(test_key_pressed),
		cmocka_unit_test(test_opsgenie_time),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
