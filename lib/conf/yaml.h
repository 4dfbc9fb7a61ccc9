/*
 * yaml.h: a YAML document (YAML 1.1 as libyaml reads it, scalars by the core
 * schema of YAML 1.2) within limits: a configuration that is too large or has
 * aliases that multiply or contain themselves is refused before anybody walks
 * through it. And the walk that fills a struct conf by the table of schema.h.
 */
#ifndef CONF_YAML_H
#define CONF_YAML_H

#include "conf/errors.h"

#include <cjson/cJSON.h>
#include <yaml.h>

#define CONF_BYTES_MAX (1024 * 1024)
/* Values and keys; those behind an alias count each time. */
#define CONF_NODES_MAX 20000
#define CONF_DEPTH_MAX 20

/*
 * conf_yaml_load(p, n, doc, r): the only document in n bytes of UTF-8. 0, and
 * then yaml_document_delete frees it; or -1, and the reason is in r. Every map
 * in it has scalars for keys, each once; no scalar holds a NUL; no alias leads
 * in a circle.
 */
int conf_yaml_load(const char *p, size_t n, yaml_document_t *doc,
	struct conf_errors *r);

/* conf_yaml_spot(node): where a node begins. */
struct conf_spot conf_yaml_spot(const yaml_node_t *node);

/* conf_yaml_text(node): the text of a scalar, with a NUL behind it. */
const char *conf_yaml_text(const yaml_node_t *node);

/* What a scalar is under the core schema: quoted ones are text. */
enum conf_scalar {
	CONF_SCALAR_NULL,
	CONF_SCALAR_BOOL,
	CONF_SCALAR_INT,
	CONF_SCALAR_FLOAT,
	CONF_SCALAR_TEXT
};

/*
 * conf_yaml_scalar(node, value): which scalar a node is; *value is that of a
 * boolean or a number, which may be infinite or NAN.
 */
enum conf_scalar conf_yaml_scalar(const yaml_node_t *node, double *value);

/*
 * conf_yaml_json(doc, node, path, r): the node as JSON; cJSON_Delete it. NULL
 * where JSON cannot carry it, and then r says why, under the name `path`.
 */
cJSON *conf_yaml_json(yaml_document_t *doc, yaml_node_t *node, const char *path,
	struct conf_errors *r);

struct conf;

/*
 * conf_read(doc, c, r): fill *c, which is all zero, from the document, and tell
 * r the places of its fields. What the document does not give gets its default;
 * a wrong value is reported to r, and its field stays zero.
 */
void conf_read(yaml_document_t *doc, struct conf *c, struct conf_errors *r);

#endif
