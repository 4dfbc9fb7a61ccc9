/* SPDX-License-Identifier: MIT */
/*
 * Goal: whatever a vendor signs: what it says is of one incident, by somebody
 * whose name is one clean line; and what is said to a person there is well
 * formed. An input is a byte for the type of the route, then the body.
 */
#include "fuzz.h"

#include "base/sha256.h"
#include "base/text.h"
#include "json/json.h"
#include "sinks/sink.h"
#include "transport/signature.h"

#include <stdlib.h>
#include <string.h>

#define NOW 1777485300
#define ALERT_KEY "shop:downtime:1777485000"

static void check(const struct sink *sink, const struct sink_answer *a)
{
	char why[JSON_WHY];
	struct buf b;
	cJSON *o;

	need(memchr(a->key, '\0', sizeof a->key));
	need(!*a->key || (*a->by && text_harmless(a->by, strlen(a->by))));
	if (!sink->reply)
		return;
	buf_init(&b, 65536);
	sink->reply(&b, a->by);
	need(buf_ok(&b));
	if (*b.p == '{') {
		o = json_parse(b.p, b.len, &json_record, why);
		need(o);
		cJSON_Delete(o);
	}
	buf_release(&b);
}

/* The same body, signed for each way in which vendors sign. */
static void ask(const struct sink *sink, const char *body)
{
	char hex[SHA256_HEX], pagerduty[128], slack[128];
	char token[ACK_TOKEN_SIZE];
	char *env[] = {pagerduty, slack,
		"HTTP_X_SLACK_REQUEST_TIMESTAMP=1777485300",
		"HTTP_AUTHORIZATION=Bearer secret", NULL};
	struct sink_call c = {
		.env = env,
		.url = "https://example.com/answer/call",
		.query = token,
		.body = body,
		.secret = "secret",
		.ack_secret = "secret",
		.now = NOW,
	};
	struct sink_answer a = {.key = ""};
	struct buf b;

	need(ack_token_make("secret", ALERT_KEY, NOW + 60, token));
	sha256_hmac("secret", body, hex);
	snprintf(pagerduty, sizeof pagerduty,
		"HTTP_X_PAGERDUTY_SIGNATURE=v1=%s", hex);
	buf_init(&b, 1024 * 1024);
	buf_fmt(&b, "v0:%d:", NOW);
	buf_str(&b, body);
	sha256_hmac("secret", b.p, hex);
	buf_release(&b);
	snprintf(slack, sizeof slack, "HTTP_X_SLACK_SIGNATURE=v0=%s", hex);
	if (sink->answer(&c, &a))
		check(sink, &a);
	else
		need(sink == &sink_twilio_voice);
	c.secret = "another";
	need(!sink->answer(&c, &a));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sink *const sinks[] = {&sink_pagerduty,
		&sink_opsgenie, &sink_slack, &sink_twilio_voice};
	char *body;

	if (!size)
		return 0;
	body = fuzz_string(data + 1, size - 1);
	ask(sinks[data[0] % 4], body);
	free(body);
	return 0;
}
