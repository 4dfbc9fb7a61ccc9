/* SPDX-License-Identifier: MIT */
#include "terms/layers.h"

#include <string.h>

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
