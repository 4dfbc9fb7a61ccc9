/* SPDX-License-Identifier: MIT */
#include "terms/names.h"

#include "base/chars.h"

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
