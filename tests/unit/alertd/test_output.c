/* SPDX-License-Identifier: MIT */
/*
 * Goal: what is printed goes out whole, line by line, or entry by entry into the
 * journal of systemd; and as a line where the journal does not take an entry.
 */
#include "output.h"

#include "base/buf.h"
#include "words/print.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

/* A journal, and a pipe in place of standard output. */
struct ends {
	char folder[32], path[64];
	int journal, pipe[2];
	struct output *output;
};

static void begin(struct ends *e)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(e->folder, sizeof e->folder, "/tmp/journal.XXXXXX");
	assert_non_null(mkdtemp(e->folder));
	snprintf(e->path, sizeof e->path, "%s/socket", e->folder);
	snprintf(address.sun_path, sizeof address.sun_path, "%s", e->path);
	assert_int_equal(journal_open(e->path), -1);
	e->journal = socket(AF_UNIX, SOCK_DGRAM, 0);
	assert_int_equal(bind(e->journal, (const struct sockaddr *)&address,
		sizeof address), 0);
	assert_int_equal(pipe(e->pipe), 0);
	e->output = output_new(e->pipe[1], journal_open(e->path));
}

static void put(struct ends *e, const char *text)
{
	output_put(e->output, text, strlen(text));
}

/* After it nothing is written any more. */
static void finish(struct ends *e)
{
	assert_true(output_close(e->output));
	close(e->pipe[1]);
}

static void end(struct ends *e)
{
	close(e->pipe[0]);
	if (e->journal >= 0)
		close(e->journal);
	unlink(e->path);
	assert_int_equal(rmdir(e->folder), 0);
}

static void expect_entry(const struct ends *e, const char *want)
{
	char got[1000];
	ssize_t n = recv(e->journal, got, sizeof got - 1, MSG_DONTWAIT);

	assert_true(n >= 0);
	got[n] = '\0';
	assert_string_equal(got, want);
}

static void expect_no_entry(const struct ends *e)
{
	char got[1];

	assert_int_equal(recv(e->journal, got, sizeof got, MSG_DONTWAIT), -1);
}

static void expect_lines(const struct ends *e, const char *want)
{
	char got[1000];
	size_t n = 0;
	ssize_t more;

	while ((more = read(e->pipe[0], got + n, sizeof got - 1 - n)) > 0)
		n += (size_t)more;
	got[n] = '\0';
	assert_string_equal(got, want);
}

static void test_lines(void **state)
{
	struct ends e;
	int plain[2];

	(void)state;
	assert_int_equal(pipe(plain), 0);
	e.output = output_new(plain[1], -1);
	e.pipe[0] = plain[0];
	e.pipe[1] = plain[1];
	put(&e, "{\"a\":1}\n{\"b\":2}\n");
	put(&e, "{\"c\":3}\n");
	finish(&e);
	expect_lines(&e, "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n");
	close(plain[0]);
}

static void test_entries(void **state)
{
	struct ends e;

	(void)state;
	begin(&e);
	put(&e, "MCP_RECORD={}\nMESSAGE=a\n\nMCP_RECORD={}\nMESSAGE=b\n\n");
	put(&e, "MCP_RECORD={}\nMESSAGE=c\n\n");
	finish(&e);
	expect_entry(&e, "MCP_RECORD={}\nMESSAGE=a\n");
	expect_entry(&e, "MCP_RECORD={}\nMESSAGE=b\n");
	expect_entry(&e, "MCP_RECORD={}\nMESSAGE=c\n");
	expect_no_entry(&e);
	expect_lines(&e, "");
	end(&e);
}

/* A datagram has a length that the system allows; the stream has none. */
static void test_too_long(void **state)
{
	struct ends e;
	struct buf b;

	(void)state;
	begin(&e);
	buf_init(&b, 3 * 1024 * 1024);
	buf_str(&b, "MCP_RECORD={\"long\":true}\nMESSAGE=");
	for (int i = 0; i < 2 * 1024 * 1024; i++)
		buf_char(&b, 'x');
	buf_str(&b, "\n\nMCP_RECORD={}\nMESSAGE=short\n\n");
	put(&e, b.p);
	buf_release(&b);
	finish(&e);
	expect_entry(&e, "MCP_RECORD={}\nMESSAGE=short\n");
	expect_no_entry(&e);
	expect_lines(&e, "{\"long\":true}\n");
	end(&e);
}

static void test_journal_gone(void **state)
{
	struct ends e;

	(void)state;
	begin(&e);
	close(e.journal);
	e.journal = -1;
	put(&e, "MCP_RECORD={\"a\":1}\nMESSAGE=a\n\n");
	put(&e, "MCP_RECORD={\"b\":2}\nMESSAGE=b\n\n");
	finish(&e);
	expect_lines(&e, "{\"a\":1}\n{\"b\":2}\n");
	end(&e);
}

/* What follows the record in an entry. */
static void expect_fields(const struct alert_record *r, const char *want)
{
	struct buf b, record;

	buf_init(&b, 10000);
	buf_init(&record, 10000);
	print_entry(&b, r);
	buf_str(&record, "MCP_RECORD=");
	alert_record_json(&record, r);
	assert_true(b.len > record.len);
	assert_memory_equal(b.p, record.p, record.len);
	assert_string_equal(b.p + record.len, want);
	buf_release(&record);
	buf_release(&b);
}

static void test_fields(void **state)
{
	static const char *const regions[] = {"eu-west-2", "us-east-1"};
	struct alert_record r = {
		.at = 1777484130, .kind = ALERT_DOWNTIME, .phase = ALERT_STARTED,
		.slug = "weather", .severity = SEVERITY_P1, .step = STEP_TLS,
		.regions = regions, .n_regions = 2, .started_at = 1777484100,
		.summary = "weather is down.\nMCP_SERVER=other",
		.runbook_url = "https://wiki.example.com/down",
	};

	(void)state;
	/* A line feed in what a stranger chose makes no field of its own. */
	expect_fields(&r, "\nMESSAGE=P1 downtime_started: weather is down.?"
		"MCP_SERVER=other\nPRIORITY=2\nSYSLOG_IDENTIFIER=mcp-alert\n"
		"MCP_EVENT=downtime_started\nMCP_KIND=downtime\n"
		"MCP_SEVERITY=P1\nMCP_SERVER=weather\nMCP_REGION=eu-west-2\n"
		"MCP_REGION=us-east-1\nMCP_KEY=weather:downtime:1777484100\n"
		"DOCUMENTATION=https://wiki.example.com/down\n\n");
	r.phase = ALERT_RESOLVED;
	r.resolved_at = 1777484400;
	r.n_regions = 0;
	r.runbook_url = NULL;
	r.summary = "weather recovered.";
	expect_fields(&r, "\nMESSAGE=P1 downtime_resolved: weather recovered.\n"
		"PRIORITY=5\nSYSLOG_IDENTIFIER=mcp-alert\n"
		"MCP_EVENT=downtime_resolved\nMCP_KIND=downtime\n"
		"MCP_SEVERITY=P1\nMCP_SERVER=weather\n"
		"MCP_KEY=weather:downtime:1777484100\n\n");
	r.kind = ALERT_REGIONAL;
	r.phase = ALERT_STARTED;
	r.severity = SEVERITY_P2;
	r.summary = "s";
	expect_fields(&r, "\nMESSAGE=P2 regional_started: s\n"
		"PRIORITY=4\nSYSLOG_IDENTIFIER=mcp-alert\n"
		"MCP_EVENT=regional_started\nMCP_KIND=regional\n"
		"MCP_SEVERITY=P2\nMCP_SERVER=weather\n"
		"MCP_KEY=weather:regional:1777484100\n\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_journal_gone),
		cmocka_unit_test(test_fields),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
