/* SPDX-License-Identifier: MIT */
/*
 * yaml.c: bytes to a tree. libyaml's loader has no limits and forgets tags, so
 * its parser goes over the text once before; and since an alias is a second way
 * to the same node, the tree that is made of its nodes has limits of its own.
 */
#include "conf/yaml.h"

#include "base/chars.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "json/json.h"

#include <math.h>
#include <stdint.h>
#include <yaml.h>

static struct conf_spot spot_of(yaml_mark_t mark)
{
	return (struct conf_spot) {mark.line + 1, mark.column + 1};
}

static struct conf_spot node_spot(const yaml_node_t *node)
{
	return spot_of(node->start_mark);
}

static const char *node_text(const yaml_node_t *node)
{
	return (const char *)node->data.scalar.value;
}

static bool refused(uint32_t c)
{
	return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') ||
		(c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
		c == 0xfeff || c == 0xfffe || c == 0xffff;
}

/* Check the characters: libyaml would refuse them without naming the line. */
static bool characters(const char *p, size_t n, struct conf_errors *r)
{
	struct conf_spot at = {1, 1};
	uint32_t c;

	for (size_t i = 0; i < n;) {
		size_t len = text_utf8(p + i, n - i, &c);

		if (!len)
			conf_fault(r, at, "not UTF-8");
		else if (refused(c))
			conf_fault(r, at, "a control character, U+%04X",
				(unsigned)c);
		if (!len || refused(c))
			return false;
		i += len;
		at.column++;
		if (c == '\n' || (c == '\r' && (i == n || p[i] != '\n')))
			at = (struct conf_spot) {at.line + 1, 1};
	}
	return true;
}

/* Whether the line, counted from 0, is indented with a tab. */
static bool tab_indents(const char *p, size_t n, size_t line)
{
	size_t i = 0;

	for (; line && i < n; i++)
		if (p[i] == '\n' || (p[i] == '\r' && i + 1 < n &&
			p[i + 1] != '\n'))
			line--;
	while (i < n && p[i] == ' ')
		i++;
	return i < n && p[i] == '\t';
}

static void syntax(const yaml_parser_t *parser, const char *p, size_t n,
	struct conf_errors *r)
{
	struct conf_spot at = spot_of(parser->problem_mark);
	struct conf_spot start = spot_of(parser->context_mark);
	const char *what = parser->problem ? parser->problem : "not YAML";

	if (parser->error == YAML_MEMORY_ERROR)
		what = "out of memory";
	if (tab_indents(p, n, parser->problem_mark.line))
		conf_fault(r, at, "a tab indents this line; YAML is indented "
				  "with spaces");
	else if (!parser->context)
		conf_fault(r, at, "%s", what);
	else if (strncmp(parser->context, "while ", 6) != 0)
		conf_fault(r, at, "%s in line %zu", parser->context,
			start.line);
	else if (start.line == at.line)
		conf_fault(r, at, "%s %s", what, parser->context);
	else
		conf_fault(r, at, "%s %s that begins in line %zu", what,
			parser->context, start.line);
}

/* The part of the document that was seen so far. */
struct survey {
	size_t documents, nodes, depth;
	bool ended;
	bool servers; /* in the values of that key of the file */
};

static bool explicit_tag(const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		return e->data.scalar.tag != NULL;
	case YAML_SEQUENCE_START_EVENT:
		return e->data.sequence_start.tag != NULL;
	case YAML_MAPPING_START_EVENT:
		return e->data.mapping_start.tag != NULL;
	default:
		return false;
	}
}

/* Count an event. NULL, or why the document is refused there. */
static const char *count_event(struct survey *s, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_STREAM_END_EVENT:
		s->ended = true;
		return s->documents ? NULL : "the file is empty";
	case YAML_DOCUMENT_START_EVENT:
		return s->documents++ ? "contains a second document" : NULL;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		s->depth--;
		return NULL;
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		s->depth++;
		break;
	case YAML_SCALAR_EVENT:
	case YAML_ALIAS_EVENT:
		break;
	default:
		return NULL;
	}
	if (s->depth == 1 && e->type == YAML_SCALAR_EVENT)
		s->servers = strcmp((const char *)e->data.scalar.value,
				     "servers") == 0;
	s->nodes++;
	if (explicit_tag(e))
		return "tags such as !!str are not allowed";
	if (s->depth > CONF_DEPTH_MAX)
		return "nested too deeply";
	if (s->nodes <= CONF_NODES_MAX)
		return NULL;
	return s->servers ? "too many values: put a fleet of more than about "
			    "4,000 servers in a list that servers_from names"
			  : "too many values";
}

static bool parser_init(yaml_parser_t *parser, const char *p, size_t n,
	struct conf_errors *r)
{
	if (!yaml_parser_initialize(parser)) {
		conf_fault(r, (struct conf_spot) {1, 1}, "out of memory");
		return false;
	}
	yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(parser, (const unsigned char *)p, n);
	return true;
}

static bool survey(const char *p, size_t n, struct conf_errors *r)
{
	struct survey s = {0};
	const char *why = NULL;
	yaml_parser_t parser;
	yaml_event_t event;

	if (!parser_init(&parser, p, n, r))
		return false;
	while (!s.ended && !why) {
		if (!yaml_parser_parse(&parser, &event)) {
			syntax(&parser, p, n, r);
			break;
		}
		why = count_event(&s, &event);
		if (why)
			conf_fault(r, spot_of(event.start_mark), "%s", why);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return s.ended && !why;
}

/* The keys of a map: scalars, each once. */
static bool keys(yaml_document_t *doc, const yaml_node_t *map,
	struct conf_errors *r)
{
	const yaml_node_pair_t *pairs = map->data.mapping.pairs.start;
	size_t n = (size_t)(map->data.mapping.pairs.top - pairs);
	bool ok = true;

	for (size_t i = 0; i < n; i++) {
		yaml_node_t *key = yaml_document_get_node(doc, pairs[i].key);

		if (key->type != YAML_SCALAR_NODE) {
			conf_fault(r, node_spot(key),
				"a key that is not a plain word");
			return false;
		}
		for (size_t k = 0; k < i; k++) {
			yaml_node_t *other = yaml_document_get_node(
				doc, pairs[k].key);

			if (strcmp(node_text(key),
				    node_text(other)) != 0)
				continue;
			conf_fault(r, node_spot(key),
				"%.80s: this key is already in line %zu",
				node_text(key),
				node_spot(other).line);
			ok = false;
			break;
		}
	}
	return ok;
}

/* Check every node by itself, in the order of the file. */
static bool nodes(yaml_document_t *doc, struct conf_errors *r)
{
	yaml_node_t *node;
	bool ok = true;

	for (int i = 1; (node = yaml_document_get_node(doc, i)); i++) {
		if (node->type == YAML_SCALAR_NODE &&
			strlen(node_text(node)) !=
				node->data.scalar.length) {
			conf_fault(r, node_spot(node), "contains a NUL byte");
			return false;
		}
	}
	for (int i = 1; (node = yaml_document_get_node(doc, i)); i++)
		if (node->type == YAML_MAPPING_NODE)
			ok = keys(doc, node, r) && ok;
	return ok;
}

#define DIGITS "0123456789"

static bool one_of(const char *s, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(s, *words) == 0)
			return true;
	return false;
}

/* 0o17 and 0x1F, rounded to a double. */
static bool based(const char *s, double *value)
{
	unsigned base = s[1] == 'x' ? 16 : 8;
	const char *digits = base == 16 ? "0123456789abcdefABCDEF" : "01234567";

	if (s[0] != '0' || (s[1] != 'x' && s[1] != 'o') || !s[2] ||
		s[2 + strspn(s + 2, digits)])
		return false;
	*value = 0;
	for (s += 2; *s; s++)
		*value = *value * base + chars_hex(*s);
	return true;
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static enum conf_scalar plain_number(const char *s, double *value)
{
	const char *p = s + (*s == '-' || *s == '+');
	size_t whole = strspn(p, DIGITS), n;
	bool integer = whole > 0;

	p += whole;
	if (*p == '.') {
		n = strspn(p + 1, DIGITS);
		if (!whole && !n)
			return CONF_SCALAR_TEXT;
		p += 1 + n;
		integer = false;
	} else if (!whole) {
		return CONF_SCALAR_TEXT;
	}
	if (*p == 'e' || *p == 'E') {
		p += 1 + (p[1] == '-' || p[1] == '+');
		n = strspn(p, DIGITS);
		if (!n)
			return CONF_SCALAR_TEXT;
		p += n;
		integer = false;
	}
	if (*p)
		return CONF_SCALAR_TEXT;
	*value = strtod(s, NULL);
	return integer ? CONF_SCALAR_INT : CONF_SCALAR_FLOAT;
}

/* Its type under the core schema of YAML 1.2 (section 10.3.2). */
static enum conf_scalar scalar_kind(const char *s, bool plain, double *value)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL",
		NULL};
	static const char *const yes[] = {"true", "True", "TRUE", NULL};
	static const char *const no[] = {"false", "False", "FALSE", NULL};
	static const char *const infinite[] = {".inf", ".Inf", ".INF", NULL};
	static const char *const nan_words[] = {".nan", ".NaN", ".NAN", NULL};

	*value = 0;
	if (!plain)
		return CONF_SCALAR_TEXT;
	if (one_of(s, nulls))
		return CONF_SCALAR_NULL;
	if (one_of(s, yes) || one_of(s, no)) {
		*value = one_of(s, yes);
		return CONF_SCALAR_BOOL;
	}
	if (based(s, value))
		return CONF_SCALAR_INT;
	if (one_of(s, nan_words)) {
		*value = NAN;
		return CONF_SCALAR_FLOAT;
	}
	if (one_of(s + (*s == '-' || *s == '+'), infinite)) {
		*value = *s == '-' ? -INFINITY : INFINITY;
		return CONF_SCALAR_FLOAT;
	}
	return plain_number(s, value);
}

/* The tree that is made of a document, and how many nodes it may get. */
struct builder {
	struct conf_tree *tree;
	struct conf_errors *errors;
	size_t left;
};

/* Nodes below an alias count each time, and a circle is too deep. */
static bool is_within(
	struct builder *b, const yaml_node_t *node, size_t depth)
{
	if (depth > CONF_DEPTH_MAX || !b->left) {
		conf_fault(b->errors, node_spot(node), b->left
				? "aliases nest too deeply, or contain "
				  "themselves"
				: "aliases repeat too many values");
		return false;
	}
	b->left--;
	return true;
}

static cJSON *new_node(struct builder *b, const yaml_node_t *node,
	struct conf_spot key)
{
	struct conf_tree *t = b->tree;
	struct conf_place at = {key, node_spot(node), .plain = false};
	cJSON *v;

	if (node->type == YAML_SCALAR_NODE) {
		at.plain = node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
		at.scalar = scalar_kind(node_text(node), at.plain, &at.number);
	}
	if (node->type == YAML_MAPPING_NODE)
		v = cJSON_CreateObject();
	else if (node->type == YAML_SEQUENCE_NODE)
		v = cJSON_CreateArray();
	else if (at.scalar == CONF_SCALAR_NULL)
		v = cJSON_CreateNull();
	else
		v = cJSON_CreateStringReference(node_text(node));
	t->places = xgrow(t->places, &t->cap, t->n + 1, sizeof *t->places);
	t->places[t->n] = at;
	v->valueint = (int)t->n++;
	return v;
}

static cJSON *make_node(struct builder *b, const yaml_node_t *node,
	struct conf_spot key, size_t depth);

static bool make_children(
	struct builder *b, const yaml_node_t *node, size_t depth, cJSON *out)
{
	yaml_document_t *doc = b->tree->doc;
	const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	const yaml_node_item_t *item = node->data.sequence.items.start;
	bool map = node->type == YAML_MAPPING_NODE;

	while (map ? pair < node->data.mapping.pairs.top
		   : item < node->data.sequence.items.top) {
		const yaml_node_t *key =
			map ? yaml_document_get_node(doc, pair->key) : NULL;
		const yaml_node_t *value = yaml_document_get_node(
			doc, map ? pair++->value : *item++);
		cJSON *v = NULL;

		if (!key || is_within(b, key, depth + 1))
			v = make_node(b, value, node_spot(key ? key : value),
				depth + 1);
		if (!v)
			return false;
		if (key)
			cJSON_AddItemToObjectCS(out, node_text(key), v);
		else
			cJSON_AddItemToArray(out, v);
	}
	return true;
}

static cJSON *make_node(struct builder *b, const yaml_node_t *node,
	struct conf_spot key, size_t depth)
{
	cJSON *v = is_within(b, node, depth) ? new_node(b, node, key) : NULL;

	if (!v || node->type == YAML_SCALAR_NODE ||
		make_children(b, node, depth, v))
		return v;
	cJSON_Delete(v);
	return NULL;
}

static void make_tree(struct conf_tree *t, struct conf_errors *r)
{
	struct builder b = {t, r, CONF_NODES_MAX};
	const yaml_node_t *root = yaml_document_get_root_node(t->doc);

	json_allocate();
	if (nodes(t->doc, r))
		t->root = make_node(&b, root, node_spot(root), 0);
}

bool conf_yaml_load(
	const char *p, size_t n, struct conf_tree *t, struct conf_errors *r)
{
	yaml_parser_t parser;

	*t = (struct conf_tree) {.root = NULL};
	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		n -= 3;
	}
	if (!characters(p, n, r) || !survey(p, n, r) ||
		!parser_init(&parser, p, n, r))
		return false;
	t->doc = xcalloc(1, sizeof *t->doc);
	if (yaml_parser_load(&parser, t->doc))
		make_tree(t, r);
	else
		syntax(&parser, p, n, r);
	yaml_parser_delete(&parser);
	if (t->root)
		return true;
	conf_tree_release(t);
	return false;
}

void conf_tree_release(struct conf_tree *t)
{
	cJSON_Delete(t->root);
	free(t->places);
	if (t->doc)
		yaml_document_delete(t->doc);
	free(t->doc);
	*t = (struct conf_tree) {.root = NULL};
}

/* 2^53: above it a double cannot hold every whole number. */
#define INEXACT 9007199254740992.0

/* Why JSON cannot carry the number; NULL where it can. */
static const char *lossy(enum conf_scalar kind, double value)
{
	if (!isfinite(value))
		return "JSON has no such number";
	if (kind == CONF_SCALAR_INT && fabs(value) >= INEXACT)
		return "a number with more digits than JSON keeps; "
		       "put it in quotes";
	return NULL;
}

static cJSON *json_scalar(const struct conf_tree *t, const cJSON *from,
	const char *path, struct conf_errors *r)
{
	const struct conf_place *at = conf_tree_place(t, from);
	const char *text = from->valuestring, *why;

	if (at->scalar == CONF_SCALAR_TEXT)
		return cJSON_CreateString(text);
	if (at->scalar == CONF_SCALAR_BOOL)
		return cJSON_CreateBool(at->number != 0);
	why = lossy(at->scalar, at->number);
	if (!why)
		return cJSON_CreateNumber(at->number);
	conf_fault(r, at->value, "%s: %.40s: %s", path, text, why);
	return NULL;
}

cJSON *conf_yaml_json(const struct conf_tree *t, const cJSON *from,
	const char *path, struct conf_errors *r)
{
	cJSON *v, *item;

	if (cJSON_IsNull(from))
		return cJSON_CreateNull();
	if (cJSON_IsString(from))
		return json_scalar(t, from, path, r);
	v = cJSON_IsObject(from) ? cJSON_CreateObject() : cJSON_CreateArray();
	for (const cJSON *c = from->child; c; c = c->next) {
		item = conf_yaml_json(t, c, path, r);
		if (!item) {
			cJSON_Delete(v);
			return NULL;
		}
		if (c->string)
			cJSON_AddItemToObject(v, c->string, item);
		else
			cJSON_AddItemToArray(v, item);
	}
	return v;
}
