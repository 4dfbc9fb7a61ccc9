/* SPDX-License-Identifier: MIT */
#include "store/hour_row.h"

#include "base/num.h"
#include "terms/rates.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/*
 * The codes by their numbers, from 1: those of mcp-probe(1), in the order in
 * which they came. A number stays what it is: rows outlive a release.
 */
static const char *const codes[] = {"auth.bare-401", "auth.refresh-needed",
	"auth.rejected", "auth.scope", "auth.wrong-issuer", "auth.wrong-origin",
	"body.too-complex", "body.too-large", "body.too-many-members",
	"deadline", "dns.failed", "dns.nxdomain", "dns.temporary",
	"dns.timeout", "hash.not-i-json", "hash.pinned",
	"http.content-encoding", "http.content-type", "http.empty",
	"http.empty-body", "http.headers-too-large", "http.malformed",
	"http.redirect", "http.truncated", "jsonrpc.malformed",
	"jsonrpc.wrong-id", "mcp.batch", "mcp.cursor", "mcp.cursor-loop",
	"mcp.cursor-too-long", "mcp.duplicate-tool", "mcp.missing-capabilities",
	"mcp.missing-content", "mcp.missing-protocolVersion",
	"mcp.missing-serverInfo", "mcp.missing-tools", "mcp.no-tools",
	"mcp.result-type", "mcp.session", "mcp.session-id",
	"mcp.too-many-pages", "mcp.tool-name", "mcp.tool-name-too-long",
	"mcp.tool-schema", "mcp.version", "oauth.insecure", "oauth.issuer",
	"oauth.metadata", "oauth.no-server", "oauth.resource", "oauth.token",
	"proxy", "sse.endpoint", "sse.no-answer", "sse.no-endpoint",
	"sse.reconnects", "sse.resume", "sse.retry", "tcp.denied", "tcp.failed",
	"tcp.refused", "tcp.timeout", "tcp.unreachable",
	"tls.client-certificate", "tls.expired", "tls.handshake",
	"tls.hostname", "tls.not-tls", "tls.not-yet-valid", "tls.self-signed",
	"tls.timeout", "tls.untrusted", "tls.version", "tool.error",
	"tool.header", "tool.missing", "mcp.member",
	"oauth.refused"};
#define CODES (sizeof codes / sizeof *codes)
#define OTHER 4095

/* Codes that end in a number: those from `first` on are its values. */
static const struct {
	const char *prefix;
	unsigned first;
	long long least, most;
} numbered[] = {
	{"http.", 1000, 100, 999},
	{"jsonrpc.-", 2000, 32000, 32768},
};

unsigned hour_row_code(const char *error)
{
	if (!error)
		return 0;
	for (unsigned i = 0; i < CODES; i++)
		if (strcmp(error, codes[i]) == 0)
			return i + 1;
	for (size_t i = 0; i < sizeof numbered / sizeof *numbered; i++) {
		size_t n = strlen(numbered[i].prefix);
		long long v;

		if (strncmp(error, numbered[i].prefix, n) == 0 &&
			num_parse(error + n, numbered[i].least,
				numbered[i].most, &v))
			return numbered[i].first +
				(unsigned)(v - numbered[i].least);
	}
	return OTHER;
}

const char *hour_row_error(unsigned code, char *out)
{
	if (code > 0 && code <= CODES)
		return codes[code - 1];
	for (size_t i = 0; i < sizeof numbered / sizeof *numbered; i++) {
		long long v = numbered[i].least + (long long)code -
			(long long)numbered[i].first;

		if (v < numbered[i].least || v > numbered[i].most)
			continue;
		snprintf(out, HOUR_ROW_TEXT, "%s%lld", numbered[i].prefix, v);
		return out;
	}
	return NULL;
}

static unsigned read_number(const char *p)
{
	return (unsigned)(unsigned char)p[0] << 8 | (unsigned char)p[1];
}

/* The number of an entry behind the slots; 0 where there is none. */
static unsigned entry(const char *row, size_t n, unsigned minute)
{
	unsigned found = 0;

	for (size_t i = HOUR_ROW_SIZE; i + HOUR_ROW_SLOT <= n;
		i += HOUR_ROW_SLOT)
		if ((row[i] & 0x3f) == (int)minute)
			found = read_number(row + i + 1);
	return found;
}

bool hour_row_read(const char *row, size_t n, int64_t window,
	struct hour_row_probe *out)
{
	unsigned minute = (unsigned)(window % 3600 / 60);
	size_t at = minute * HOUR_ROW_SLOT;
	unsigned started, said, failed, state;
	struct probe_record *r = &out->record;

	if (n < HOUR_ROW_SIZE)
		return false;
	started = (unsigned char)row[at];
	said = read_number(row + at + 1);
	failed = entry(row, n, minute);
	state = said >> 4 & 3;
	if (!started || started > 60 * HOUR_ROW_HZ || !(said & 2) ||
		state > STATE_BROKEN || failed >> 12 > STEP_TOOL_HASH)
		return false;
	*r = (struct probe_record) {
		.key = {.probe_id = out->id,
			.started_at = (double)window + (started - 1) / (double)HOUR_ROW_HZ},
		.state = (enum region_state)state,
		.era = (enum era)(said >> 2 & 3),
		.failed_step = (enum step)(failed >> 12),
		.error = hour_row_error(failed & 0xfff, out->error),
		.total_ms = said >> 6 < HISTOGRAM_BUCKETS
			? histogram_ms(said >> 6)
			: NAN,
		.tool_count = -1};
	out->code = failed & 0xfff;
	out->lost = entry(row, n, 60 + minute / 16) >> minute % 16 & 1;
	/* An id of its own: no probe is called so, for it has a slash. */
	snprintf(out->id, sizeof out->id, "%" PRId64 "/%u", window, started);
	return true;
}
