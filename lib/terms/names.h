/* SPDX-License-Identifier: MIT */
/*
 * names.h: the names of servers, regions, steps, states, layers of failures, and
 * of the classes of changes. A name that passes here is safe in a key, a path, a
 * URL and a line. Pure.
 */
#ifndef TERMS_NAMES_H
#define TERMS_NAMES_H

#include "json/fields.h"

#include <stdbool.h>
#include <stddef.h>

#define SLUG_MAX 80
/* Stands for the whole fleet where an event names a server; no slug. */
#define SLUG_FLEET "*"
#define REGION_MAX 40
#define PROBE_ID_MAX 64
#define POP_MAX 64
#define HASH_HEX 64

/* Whether s, up to its NUL, is a slug, a region, a probe id, a POP, 64 hex digits. */
bool slug_valid(const char *s);
bool region_valid(const char *s);
bool probe_id_valid(const char *s);
bool pop_valid(const char *s);
bool hash_valid(const char *s);

/*
 * slug_shared(s): whether s is the name of a failure that several servers
 * share, "*." and 8 hex digits; like SLUG_FLEET it is no slug.
 */
bool slug_shared(const char *s);

/*
 * slug_from_host(host, out): the slug that stands for a host name or address
 * where none is given; out has SLUG_MAX + 1 bytes. Upper case is lowered, what
 * no slug may hold becomes '-'.
 */
void slug_from_host(const char *host, char *out);

enum step {
	STEP_NONE = 0,
	STEP_DNS,
	STEP_TLS,
	STEP_INITIALIZE,
	STEP_OAUTH_DISCOVERY,
	STEP_AUTH_INITIALIZE,
	STEP_TOOLS_LIST,
	STEP_TOOLS_CALL,
	STEP_TOOL_HASH
};
#define STEP_COUNT 8

enum step_status { STATUS_PASS, STATUS_FAIL, STATUS_SKIP };
enum region_state {
	STATE_HEALTHY,
	STATE_AUTH_WALLED,
	STATE_BROKEN,
	/* Of a probe that was not made to its end: it is not whole, and no history
	   has it. */
	STATE_UNFINISHED
};
enum era { ERA_NONE, ERA_STATELESS, ERA_SESSION, ERA_SSE };
enum verdict_colour {
	VERDICT_GREEN,
	VERDICT_AMBER,
	VERDICT_RED,
	VERDICT_UNKNOWN
};
enum tier {
	TIER_OK,
	TIER_REGIONAL,
	TIER_STEP_ALERT,
	TIER_HARD_OUTAGE,
	TIER_NO_DATA
};
/* Why our checks fail, if that says nothing about the server. */
enum checks {
	CHECKS_FREE, /* nothing */
	CHECKS_REFUSED, /* our credential, which worked before, is refused */
	CHECKS_LIMITED /* they are answered with 429 */
};
enum runner_status {
	RUNNER_OK,
	RUNNER_TIMEOUT,
	RUNNER_EXIT,
	RUNNER_GARBLED,
	RUNNER_ISOLATED /* mcp-aggregate says so, never a runner itself */
};

/*
 * x_words: the names of the values as records carry them, for a table of
 * json/fields.h. x_name(v): that of a value; STEP_NONE, ERA_NONE and CHECKS_FREE
 * have none: NULL. x_parse(s, out): the value of a name, or false.
 */
extern const struct word_table step_words, step_status_words, region_state_words,
	era_words, verdict_colour_words, tier_words, checks_words,
	runner_status_words;
const char *step_name(enum step v);
bool step_parse(const char *s, enum step *out);
const char *step_status_name(enum step_status v);
bool step_status_parse(const char *s, enum step_status *out);
const char *region_state_name(enum region_state v);
bool region_state_parse(const char *s, enum region_state *out);
const char *era_name(enum era v);
bool era_parse(const char *s, enum era *out);
const char *verdict_colour_name(enum verdict_colour v);
bool verdict_colour_parse(const char *s, enum verdict_colour *out);
const char *tier_name(enum tier v);
bool tier_parse(const char *s, enum tier *out);
const char *checks_name(enum checks v);
bool checks_parse(const char *s, enum checks *out);
const char *runner_status_name(enum runner_status v);
bool runner_status_parse(const char *s, enum runner_status *out);

/* The worst first. */
enum change_class {
	CHANGE_BREAKING,   /* a caller that worked before may now fail */
	CHANGE_COMPATIBLE, /* it works as before */
	CHANGE_WORDS,	   /* only what no validator looks at */
	CHANGE_ORDER	   /* it means the same, written otherwise */
};
extern const struct word_table change_class_words;
const char *change_class_name(enum change_class c);
bool change_class_parse(const char *s, enum change_class *out);

/*
 * change_class_graver(a, b): of two, the one that matters more to who approved
 * the tools: breaking, words, compatible, order. Other words may be other
 * instructions to a model, so that they must not hide behind what is compatible.
 */
enum change_class change_class_graver(enum change_class a, enum change_class b);

/* Where a server fails, its layers, from the least bad to the worst. */
enum failure_layer {
	LAYER_NONE,
	LAYER_TOOLS,
	LAYER_INITIALIZE,
	LAYER_HTTP,
	LAYER_TRANSPORT
};
#define LAYER_COUNT 5

/*
 * failure_layer_of(step, error): the layer of a step that failed with that
 * dotted code, which may be NULL; LAYER_NONE for STEP_NONE. A timeout is one of
 * the transport, whatever the step.
 */
enum failure_layer failure_layer_of(enum step step, const char *error);

/*
 * failure_step(step, error, url): the step as a sentence names it, or NULL. The step
 * tls is "the connection" if the error or the URL shows that there was no TLS;
 * either may be NULL.
 */
const char *failure_step(enum step step, const char *error, const char *url);

/* The error of a probe that the server's rate limit turned away. */
#define LAYER_THROTTLED "http.429"

/*
 * failure_throttled(step, error): whether that is a failure of LAYER_HTTP with
 * that error. failure_refused(step, error): whether the credential of the probe
 * was refused, or had expired.
 */
bool failure_throttled(enum step step, const char *error);
bool failure_refused(enum step step, const char *error);

/* The name of a layer, NULL for LAYER_NONE; the layer of a name, or false. */
extern const struct word_table failure_layer_words;
const char *failure_layer_name(enum failure_layer v);
bool failure_layer_parse(const char *s, enum failure_layer *out);

#endif
