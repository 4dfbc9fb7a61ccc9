/* SPDX-License-Identifier: MIT */
/*
 * yaml.h: a YAML document (YAML 1.1 as libyaml reads it, scalars by the core
 * schema of YAML 1.2) within limits, as a tree that knows where in the file
 * each value is: a configuration that is too large or has aliases that multiply
 * or contain themselves is refused. And the walk that fills a struct by a table
 * of schema.h, from such a tree or from JSON.
 */
#ifndef CONF_YAML_H
#define CONF_YAML_H

#include "conf/errors.h"

#include <cjson/cJSON.h>

#define CONF_BYTES_MAX (1024 * 1024)
/* Values and keys; those behind an alias count each time. */
#define CONF_NODES_MAX 20000
#define CONF_DEPTH_MAX 20

/* The type of a scalar under the core schema; quoted ones are text. */
enum conf_scalar {
	CONF_SCALAR_NULL,
	CONF_SCALAR_BOOL,
	CONF_SCALAR_INT,
	CONF_SCALAR_FLOAT,
	CONF_SCALAR_TEXT
};

/* Where a value begins, and its key; that of an element is its own. */
struct conf_place {
	struct conf_spot key, value;
	bool plain; /* a scalar without quotes */
	enum conf_scalar scalar;
	double number; /* of a boolean or a number; may be infinite or NAN */
};

/* The valueint of a node is the index of its place; its text is that of doc. */
struct conf_tree {
	struct yaml_document_s *doc;
	cJSON *root;
	struct conf_place *places;
	size_t n, cap;
};

/*
 * conf_yaml_load(p, n, t, r): the only document in n bytes of UTF-8;
 * conf_tree_release it. False, and the reason is in r, where it is refused. A
 * scalar is null, or a string as the file has it; no key repeats.
 */
bool conf_yaml_load(
	const char *p, size_t n, struct conf_tree *t, struct conf_errors *r);
void conf_tree_release(struct conf_tree *t);

/* conf_tree_place(t, v): the place of a node. */
static inline const struct conf_place *conf_tree_place(
	const struct conf_tree *t, const cJSON *v)
{
	return &t->places[v->valueint];
}

/*
 * conf_yaml_json(t, v, path, r): a node with its scalars as JSON; cJSON_Delete
 * it. NULL where JSON cannot carry it, and then r says why, under the name
 * `path`.
 */
cJSON *conf_yaml_json(const struct conf_tree *t, const cJSON *v,
	const char *path, struct conf_errors *r);

struct conf;
struct conf_server;

/*
 * conf_read(t, c, r): fill *c, which is all zero, from a document, and tell r
 * the places of its fields. A key that it does not give gets its default; a
 * wrong value is reported to r, and its field stays zero.
 *
 * conf_read_server(o, s, r): likewise a server from an object of JSON, which is
 * one line of a list: everything has that place, and unknown keys are ignored.
 */
void conf_read(
	const struct conf_tree *t, struct conf *c, struct conf_errors *r);
void conf_read_server(
	const cJSON *o, struct conf_server *s, struct conf_errors *r);

#endif
