/* SPDX-License-Identifier: MIT */
/*
 * Goal: an auth wall is told apart from a failure, and one that wants a client
 * certificate from the others.
 */
#include "auth/challenge.h"

#include "json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define NGINX "400 Bad Request No required SSL certificate was sent nginx"

static const struct {
	enum reply_kind kind;
	long status;
	const char *challenge;
	bool wanted;	  /* the server asked for a certificate */
	const char *text; /* the failure, the message or the body */
	bool wall, certificate;
} rows[] = {
	{REPLY_STATUS, 401, "", false, "", true, false},
	{REPLY_STATUS, 401, "Bearer", true, "", true, false},
	{REPLY_STATUS, 403, "Bearer", false, "", true, false},
	{REPLY_STATUS, 403, "Bearer", true, "", true, false},
	{REPLY_STATUS, 403, "", false, "certificate", false, false},
	{REPLY_STATUS, 403, "", true, "", false, true},
	{REPLY_STATUS, 400, "", true, NGINX, false, true},
	{REPLY_STATUS, 400, "", true, "Bad Request", false, false},
	{REPLY_STATUS, 400, "", false, NGINX, false, false},
	{REPLY_STATUS, 495, "", false, "", false, true},
	{REPLY_STATUS, 496, "", false, "", false, true},
	{REPLY_STATUS, 500, "", true, "certificate", false, false},
	{REPLY_STATUS, 200, "Bearer", true, "certificate", false, false},
	{REPLY_RESULT, 200, "", true, "{}", false, false},
	{REPLY_ERROR, 403, "", true, "{}", false, false},
	{REPLY_ERROR, 400, "", true,
		"{'error':{'code':-32000,'message':'no certificate'}}", false,
		false},
	{REPLY_ERROR, 200, "", false,
		"{'error':{'code':-32001,'message':'Unauthorized'}}", true,
		false},
	{REPLY_ERROR, 200, "", false, "{'error':{'code':-32001}}", true, false},
	{REPLY_ERROR, 404, "", false,
		"{'error':{'code':-32001,'message':'Unauthorized'}}", false,
		false},
	{REPLY_ERROR, 200, "", false,
		"{'error':{'code':-32001,'message':'Session not found'}}",
		false, false},
	{REPLY_ERROR, 200, "", false,
		"{'error':{'code':-32001,'message':'Request timed out'}}",
		false, false},
	{REPLY_ERROR, 200, "", false,
		"{'error':{'code':-32603,'message':'Unauthorized'}}", false,
		false},
	{REPLY_FAILED, 0, "", true, "tls.client-certificate", false, true},
	{REPLY_FAILED, 0, "", false, "tls.client-certificate", false, true},
	{REPLY_FAILED, 0, "", true, "tls.handshake", false, true},
	{REPLY_FAILED, 0, "", true, "http.empty", false, true},
	{REPLY_FAILED, 0, "", true, "tls.expired", false, false},
	{REPLY_FAILED, 0, "", true, "deadline", false, false},
	{REPLY_FAILED, 0, "", false, "tls.handshake", false, false},
	{REPLY_FAILED, 0, "", false, "http.empty", false, false},
	{REPLY_FAILED, 200, "", true, "http.empty", false, false},
	{REPLY_FAILED, 401, "", false, "http.truncated", false, false},
};

static cJSON *parse(const char *text)
{
	char copy[200], why[JSON_WHY];
	cJSON *doc;

	snprintf(copy, sizeof copy, "%s", text);
	for (char *p = copy; *p; p++)
		if (*p == '\'')
			*p = '"';
	doc = json_parse(copy, strlen(copy), &json_reply, why);
	if (!doc)
		fail_msg("%s: %s", text, why);
	return doc;
}

static void test_walls(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct http_fields fields = {.content_type = ""};
		struct http_response h = {.status = rows[i].status,
			.cert_wanted = rows[i].wanted,
			.fields = &fields};
		struct reply r = {.kind = rows[i].kind, .http = &h};
		cJSON *doc = NULL;

		snprintf(fields.www_authenticate,
			sizeof fields.www_authenticate, "%s",
			rows[i].challenge);
		if (r.kind == REPLY_FAILED)
			snprintf(r.failure.code, sizeof r.failure.code, "%s",
				rows[i].text);
		else if (r.kind == REPLY_STATUS)
			snprintf(r.body, sizeof r.body, "%s", rows[i].text);
		else
			r.message = doc = parse(rows[i].text);
		if (wall_meant(&r) != rows[i].wall ||
			wall_certificate(&r) != rows[i].certificate)
			fail_msg("row %zu: %s", i, rows[i].text);
		cJSON_Delete(doc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walls),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
