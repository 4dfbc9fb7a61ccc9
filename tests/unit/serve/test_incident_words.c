/* SPDX-License-Identifier: MIT */
/*
 * Goal: the words of an incident agree with where it was: everywhere, or in which
 * places, in the order of the list.
 */
#include "words/words.h"

#include "data/entries.h"
#include "data/incidents.h"
#include "data/places.h"
#include "data/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const char five[] =
	"{\"private\":false,\"regions\":["
	"{\"name\":\"us-east-1\",\"city\":\"Ashburn\"},"
	"{\"name\":\"us-west-2\",\"city\":\"Portland\"},"
	"{\"name\":\"eu-west-2\",\"city\":\"London\"},"
	"{\"name\":\"ap-southeast-1\",\"city\":\"Singapore\"},"
	"{\"name\":\"sa-east-1\",\"city\":\"Recife\"}]}";
static const char one[] = "{\"private\":false,\"regions\":["
			  "{\"name\":\"us-east-1\",\"city\":\"Ashburn\"}]}";
static const char none[] = "{\"private\":false,\"regions\":[]}";

#define ALL "everywhere"
#define OUTAGE "Outage: Clients could not use this server. Where: "
#define SOME "Outage in some locations: Clients could not use this server from " \
	"some locations. Where: "

static const struct {
	const char *entry;
	enum trouble trouble;
	const char *regions[6];
	const char *words;
} rows[] = {
	/* In whatever order they failed. */
	{five, TROUBLE_DOWN, {"us-west-2", "us-east-1"},
		SOME "Ashburn and Portland"},
	{five, TROUBLE_DOWN,
		{"ap-southeast-1", "eu-west-2", "sa-east-1", "us-west-2",
			"us-east-1"},
		OUTAGE ALL},
	{five, TROUBLE_DOWN,
		{"sa-east-1", "ap-southeast-1", "eu-west-2", "us-west-2"},
		SOME "Portland, London, Singapore and Recife"},
	{five, TROUBLE_REGIONAL, {"sa-east-1"}, SOME "Recife"},
	{five, TROUBLE_REFUSED, {"sa-east-1"},
		"Our checks were refused: The server refused our credential. "
		"Clients with their own access may have been fine. Where: "
		"Recife"},
	{five, TROUBLE_SLOW, {"eu-west-2", "us-east-1"},
		"Slow answers: Answers took too long. Where: "
		"Ashburn and London"},
	/* One that is no longer in the list is the last one. */
	{five, TROUBLE_DOWN, {"cellar", "eu-west-2"}, SOME "London and cellar"},
	{five, TROUBLE_DOWN,
		{"cellar", "ap-southeast-1", "eu-west-2", "sa-east-1",
			"us-west-2", "us-east-1"},
		OUTAGE ALL},
	/* It is not known where, or there is but one place. */
	{five, TROUBLE_DOWN, {NULL}, OUTAGE},
	{one, TROUBLE_DOWN, {"us-east-1"}, OUTAGE "Ashburn"},
	{none, TROUBLE_DOWN, {"us-east-1"}, OUTAGE "Ashburn"},
};

static void test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char names[6][REGION_MAX + 1];
		struct incident in = {.trouble = rows[i].trouble,
			.kind = rows[i].trouble == TROUBLE_SLOW ? ALERT_LATENCY
				: rows[i].trouble == TROUBLE_REGIONAL
				? ALERT_REGIONAL : ALERT_DOWNTIME,
			.regions = names};
		struct view view = {.freshness = VIEW_NONE};
		struct places places;
		struct server server;
		char why[SERVER_WHY];
		struct buf b;

		while (in.n_regions < 6 && rows[i].regions[in.n_regions]) {
			snprintf(names[in.n_regions], sizeof *names, "%s",
				rows[i].regions[in.n_regions]);
			in.n_regions++;
		}
		assert_int_equal(
			server_read(rows[i].entry, true, &server, why), 0);
		places_read(&places, &server, &view);
		buf_init(&b, 1000);
		buf_fmt(&b, "%s: %s Where: ", incident_words_title(&in, &places),
			incident_words_impact(&in, &places));
		places_put_where(&b, &places,
			(const char (*)[REGION_MAX + 1])names, in.n_regions);
		if (strcmp(b.p, rows[i].words) != 0)
			fail_msg("row %zu: %s, not %s", i, b.p, rows[i].words);
		buf_release(&b);
		places_release(&places);
		server_release(&server);
	}
}

/* However many they are, each is named, in the order of the list. */
static void test_each(void **state)
{
	static const char names[][REGION_MAX + 1] = {"cellar", "sa-east-1",
		"ap-southeast-1", "us-west-2", "eu-west-2"};
	static const char each[] =
		"Portland, London, Singapore, Recife and cellar";
	struct view view = {.freshness = VIEW_NONE};
	struct places places;
	struct server server;
	char why[SERVER_WHY];
	struct buf b;

	(void)state;
	assert_int_equal(server_read(five, true, &server, why), 0);
	places_read(&places, &server, &view);
	buf_init(&b, 1000);
	places_put_where(&b, &places, names, 5);
	assert_string_equal(b.p, each);
	buf_release(&b);
	places_release(&places);
	server_release(&server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_each),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
