/* SPDX-License-Identifier: MIT */
/*
 * layers.h: the layer of a server at which a step failed. Pure.
 */
#ifndef TERMS_LAYERS_H
#define TERMS_LAYERS_H

#include "terms/names.h"

/* Where a server fails, from the least bad to the worst. */
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
