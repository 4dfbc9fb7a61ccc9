/*
 * yaml.c: bytes to a document. libyaml's loader has no limits and forgets tags,
 * so its parser goes over the text once before; and since an alias is a second
 * way to the same node, the tree is walked once after.
 */
#include "conf/yaml.h"

#include "base/text.h"

#include <stdint.h>

static struct conf_spot spot_of(yaml_mark_t mark)
{
	return (struct conf_spot) {mark.line + 1, mark.column + 1};
}

struct conf_spot conf_yaml_spot(const yaml_node_t *node)
{
	return spot_of(node->start_mark);
}

const char *conf_yaml_text(const yaml_node_t *node)
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

/* What has been seen of the document so far. */
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
static const char *count(struct survey *s, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_STREAM_END_EVENT:
		s->ended = true;
		return s->documents ? NULL : "the file is empty";
	case YAML_DOCUMENT_START_EVENT:
		return s->documents++ ? "a second document" : NULL;
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
		return "tags such as !!str are not used here";
	if (s->depth > CONF_DEPTH_MAX)
		return "nested too deeply";
	if (s->nodes <= CONF_NODES_MAX)
		return NULL;
	return s->servers ? "too many values: a fleet of more than about "
			    "4,000 servers has them in a list, which "
			    "servers_from names"
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
		why = count(&s, &event);
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
			conf_fault(r, conf_yaml_spot(key),
				"a key that is not a plain word");
			return false;
		}
		for (size_t k = 0; k < i; k++) {
			yaml_node_t *other = yaml_document_get_node(
				doc, pairs[k].key);

			if (strcmp(conf_yaml_text(key),
				    conf_yaml_text(other)) != 0)
				continue;
			conf_fault(r, conf_yaml_spot(key),
				"%.80s: this key is already in line %zu",
				conf_yaml_text(key),
				conf_yaml_spot(other).line);
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
			strlen(conf_yaml_text(node)) !=
				node->data.scalar.length) {
			conf_fault(r, conf_yaml_spot(node), "a NUL in a text");
			return false;
		}
	}
	for (int i = 1; (node = yaml_document_get_node(doc, i)); i++)
		if (node->type == YAML_MAPPING_NODE)
			ok = keys(doc, node, r) && ok;
	return ok;
}

/*
 * Walk the tree through the aliases: what is below one counts each time, and a
 * circle is too deep.
 */
static bool walk(yaml_document_t *doc, int id, size_t depth, size_t *left,
	struct conf_errors *r)
{
	yaml_node_t *node = yaml_document_get_node(doc, id);
	bool ok = true;

	if (depth > CONF_DEPTH_MAX || *left == 0) {
		conf_fault(r, conf_yaml_spot(node), *left
				? "aliases nest it too deeply, or in itself"
				: "aliases repeat it too often");
		return false;
	}
	(*left)--;
	if (node->type == YAML_SEQUENCE_NODE) {
		const yaml_node_item_t *item = node->data.sequence.items.start;

		for (; ok && item < node->data.sequence.items.top; item++)
			ok = walk(doc, *item, depth + 1, left, r);
	} else if (node->type == YAML_MAPPING_NODE) {
		const yaml_node_pair_t *pair = node->data.mapping.pairs.start;

		for (; ok && pair < node->data.mapping.pairs.top; pair++)
			ok = walk(doc, pair->key, depth + 1, left, r) &&
				walk(doc, pair->value, depth + 1, left, r);
	}
	return ok;
}

int conf_yaml_load(const char *p, size_t n, yaml_document_t *doc,
	struct conf_errors *r)
{
	size_t left = CONF_NODES_MAX;
	yaml_parser_t parser;
	bool ok;

	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		n -= 3;
	}
	if (!characters(p, n, r) || !survey(p, n, r) ||
		!parser_init(&parser, p, n, r))
		return -1;
	ok = yaml_parser_load(&parser, doc);
	if (!ok)
		syntax(&parser, p, n, r);
	yaml_parser_delete(&parser);
	if (!ok)
		return -1;
	if (nodes(doc, r) && walk(doc, 1, 0, &left, r))
		return 0;
	yaml_document_delete(doc);
	return -1;
}
