/* SPDX-License-Identifier: MIT */
#include "terms/names.h"

#include "base/chars.h"

#include <string.h>

static bool slug_char(char c)
{
	return chars_lower(c) || chars_digit(c) || c == '.' || c == '_' ||
		c == '-';
}

bool slug_valid(const char *s)
{
	size_t n = 0;

	if (!chars_lower(s[0]) && !chars_digit(s[0]))
		return false;
	while (n <= SLUG_MAX && slug_char(s[n]))
		n++;
	return s[n] == '\0' && n <= SLUG_MAX;
}

bool slug_shared(const char *s)
{
	return strncmp(s, "*.", 2) == 0 && strlen(s) == 10 &&
		strspn(s + 2, "0123456789abcdef") == 8;
}

bool region_valid(const char *s)
{
	size_t n = 0;

	if (!chars_lower(s[0]))
		return false;
	while (n <= REGION_MAX && (chars_lower(s[n]) || chars_digit(s[n]) ||
		s[n] == '-'))
		n++;
	if (s[n] != '\0' || n > REGION_MAX)
		return false;
	/* These two would collide with keys of the store. */
	return strcmp(s, "reporters") != 0 && strcmp(s, "tool-hash") != 0;
}

bool probe_id_valid(const char *s)
{
	size_t n = 0;

	while (n <= PROBE_ID_MAX && (slug_char(s[n]) || chars_upper(s[n])))
		n++;
	return n > 0 && n <= PROBE_ID_MAX && s[n] == '\0';
}

bool pop_valid(const char *s)
{
	size_t n = 0;

	while (n <= POP_MAX &&
		(slug_char(s[n]) || chars_upper(s[n]) || s[n] == ':'))
		n++;
	return n > 0 && n <= POP_MAX && s[n] == '\0';
}

bool hash_valid(const char *s)
{
	return strspn(s, "0123456789abcdef") == HASH_HEX && !s[HASH_HEX];
}

void slug_from_host(const char *host, char *out)
{
	size_t n = 0;

	for (; *host && n < SLUG_MAX; host++) {
		char c = *host;

		if (chars_upper(c))
			c = (char)(c - 'A' + 'a');
		if (!slug_char(c))
			c = '-';
		if (n == 0 && !chars_lower(c) && !chars_digit(c))
			continue;
		out[n++] = c;
	}
	out[n] = '\0';
	if (!n)
		snprintf(out, SLUG_MAX + 1, "server");
}

static const char *const steps[] = {NULL, "dns", "tls", "initialize",
	"oauth-discovery", "auth-initialize", "tools-list", "tools-call",
	"tool-hash"};
static const char *const step_statuses[] = {"pass", "fail", "skip"};
static const char *const region_states[] = {
	"healthy", "auth-walled", "broken", "unfinished"};
static const char *const eras[] = {NULL, "stateless", "session", "sse"};
static const char *const verdict_colours[] = {
	"green", "amber", "red", "unknown"};
static const char *const tiers[] = {
	"ok", "regional", "step-alert", "hard-outage", "no-data"};
static const char *const checks[] = {NULL, "refused", "rate-limited"};
static const char *const runner_statuses[] = {
	"ok", "timeout", "exit", "garbled", "isolated"};

WORDS(step, step, steps)
WORDS(step_status, step_status, step_statuses)
WORDS(region_state, region_state, region_states)
WORDS(era, era, eras)
WORDS(verdict_colour, verdict_colour, verdict_colours)
WORDS(tier, tier, tiers)
WORDS(checks, checks, checks)
WORDS(runner_status, runner_status, runner_statuses)

static const char *const class_words[] = {
	[CHANGE_BREAKING] = "breaking",
	[CHANGE_COMPATIBLE] = "compatible",
	[CHANGE_WORDS] = "words",
	[CHANGE_ORDER] = "order",
};

WORDS(change_class, change_class, class_words)

enum change_class change_class_graver(enum change_class a, enum change_class b)
{
	static const int weight[] = {
		[CHANGE_ORDER] = 0,
		[CHANGE_COMPATIBLE] = 1,
		[CHANGE_WORDS] = 2,
		[CHANGE_BREAKING] = 3,
	};

	return weight[a] > weight[b] ? a : b;
}

static const char *const layers[LAYER_COUNT] = {
	NULL, "tools", "initialize", "http", "transport"};

static bool timed_out(const char *error)
{
	static const char end[] = ".timeout";
	size_t n = strlen(error);

	return strcmp(error, "deadline") == 0 ||
		(n >= sizeof end &&
			strcmp(error + n - (sizeof end - 1), end) == 0);
}

enum failure_layer failure_layer_of(enum step step, const char *error)
{
	if (step == STEP_DNS || step == STEP_TLS)
		return LAYER_TRANSPORT;
	if (error && timed_out(error))
		return LAYER_TRANSPORT;
	if (error && strncmp(error, "http.", 5) == 0)
		return LAYER_HTTP;
	if (step == STEP_INITIALIZE || step == STEP_AUTH_INITIALIZE)
		return LAYER_INITIALIZE;
	return step == STEP_NONE ? LAYER_NONE : LAYER_TOOLS;
}

const char *failure_step(enum step step, const char *error, const char *url)
{
	bool tcp = error && strncmp(error, "tcp.", 4) == 0;
	bool plain = url && strncmp(url, "http://", 7) == 0;

	return step == STEP_TLS && (tcp || plain) ? "the connection"
						  : step_name(step);
}

bool failure_throttled(enum step step, const char *error)
{
	return error && strcmp(error, LAYER_THROTTLED) == 0 &&
		failure_layer_of(step, error) == LAYER_HTTP;
}

bool failure_refused(enum step step, const char *error)
{
	static const char *const codes[] = {"auth.rejected",
		"auth.refresh-needed", "auth.scope", "oauth.refused"};

	for (size_t i = 0; error && i < sizeof codes / sizeof *codes; i++)
		if (strcmp(error, codes[i]) == 0)
			return step >= STEP_AUTH_INITIALIZE;
	return false;
}

WORDS(failure_layer, failure_layer, layers)
