/* SPDX-License-Identifier: MIT */
#include "tools/definitions.h"

#include "base/buf.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "json/jcs.h"
#include "json/json.h"
#include "records/probe.h"
#include "terms/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The members of a definition, in their order. */
static const char *const members[] = {"annotations", "description",
	"inputSchema", "name", "outputSchema", "title"};

/* A definition, in a tool, in a list, in a result, in an answer. */
static const struct json_limits limits = {
	.depth = DEFINITION_DEPTH + 8, .values = 4000000};
static const struct json_limits one_limits = {
	.depth = DEFINITION_DEPTH, .values = 4 * DEFINITION_BYTES};

/* A text that is being read. */
struct reading {
	struct definitions *d;
	definitions_refuse *refuse;
	void *arg;
	char *why;
	unsigned long line; /* 0: the whole text is one value */
	size_t n;	    /* tools so far in this value */
	bool found;	    /* a list, or a tool */
	char slug[SLUG_MAX + 1]; /* of the records, "" while there is none */
};

/* "line 3: ", where there are lines. */
static void put_line(const struct reading *r, char *out, size_t size)
{
	*out = '\0';
	if (r->line)
		snprintf(out, size, "line %lu: ", r->line);
}

static bool fail(struct reading *r, const char *what)
{
	char line[40];

	put_line(r, line, sizeof line);
	snprintf(r->why, DEFINITIONS_WHY, "%s%s", line, what);
	return false;
}

/* Tell that a tool is refused; name may be NULL. */
static void refuse_tool(struct reading *r, const char *name, const char *what)
{
	char line[40], text[400] = "", reason[DEFINITIONS_WHY];

	put_line(r, line, sizeof line);
	if (name && !text_visible(name, strlen(name), text, sizeof text, 80))
		memcpy(text + strlen(text), "…", sizeof "…");
	if (name)
		snprintf(reason, sizeof reason, "%stool %s: %s", line, text,
			what);
	else
		snprintf(reason, sizeof reason, "%stool number %zu: %s", line,
			r->n, what);
	r->refuse(r->arg, reason);
}

static struct definition *append(struct reading *r)
{
	struct definitions *d = r->d;

	d->v = xgrow(d->v, &d->cap, d->n + 1, sizeof *d->v);
	d->v[d->n] = (struct definition) {0};
	return &d->v[d->n++];
}

/* Append the canonical text of a definition; false where there is none. */
static bool put_definition(struct buf *b, const cJSON *tool)
{
	bool ok = true;

	buf_char(b, '{');
	for (size_t i = 0; ok && i < sizeof members / sizeof *members; i++) {
		const cJSON *v = json_get(tool, members[i]);

		if (v) {
			json_put_key(b, members[i]);
			ok = jcs_write(b, v);
		}
	}
	buf_char(b, '}');
	return ok && buf_ok(b);
}

/* I-JSON has each key of an object once. */
static bool has_twice(const cJSON *tool)
{
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		const cJSON *v;
		int n = 0;

		cJSON_ArrayForEach(v, tool)
			n += strcmp(v->string, members[i]) == 0;
		if (n > 1)
			return true;
	}
	return false;
}

/* Why the members of a tool cannot be used; NULL: they can. */
static const char *fault_of(const cJSON *tool)
{
	const cJSON *description = json_get(tool, "description");
	const cJSON *title = json_get(tool, "title");
	const cJSON *out = json_get(tool, "outputSchema");
	const cJSON *annotations = json_get(tool, "annotations");

	if (!cJSON_IsObject(json_get(tool, "inputSchema")))
		return "its inputSchema is not an object";
	if (out && !cJSON_IsObject(out))
		return "its outputSchema is not an object";
	if (annotations && !cJSON_IsObject(annotations))
		return "its annotations are not an object";
	if (description && !cJSON_IsString(description))
		return "its description is not a string";
	if (title && !cJSON_IsString(title))
		return "its title is not a string";
	return has_twice(tool) ? "a member occurs twice" : NULL;
}

/* The name of a tool, or NULL, and then it has been refused. */
static const char *name_of(struct reading *r, const cJSON *tool)
{
	const char *name = json_str(tool, "name");

	if (!cJSON_IsObject(tool))
		refuse_tool(r, NULL, "no JSON object");
	else if (!name || !*name)
		refuse_tool(r, NULL, "it has no name");
	else if (!jcs_carries(name))
		refuse_tool(r, name, "I-JSON does not allow its name");
	else if (strlen(name) > DEFINITION_NAME)
		refuse_tool(r, name, "its name is longer than 1024 bytes");
	else
		return name;
	return NULL;
}

/* Whether a digest is this one, of which it may have only the first digits. */
static bool is_digest(const char *digest, const char *own)
{
	size_t n = strlen(digest);

	return (n == HASH_HEX || n == DIGEST_HEAD) &&
		strncmp(digest, own, n) == 0;
}

/* digest: what the text must have, or NULL. */
static void add_tool(struct reading *r, const cJSON *tool, const char *digest)
{
	char own[SHA256_HEX];
	const char *name, *fault;
	struct definition *def;
	struct buf b;
	char why[JSON_WHY];

	r->n++;
	name = name_of(r, tool);
	if (!name)
		return;
	def = append(r);
	fault = fault_of(tool);
	buf_init(&b, DEFINITION_BYTES);
	if (!fault && !put_definition(&b, tool))
		fault = buf_ok(&b) ? "I-JSON does not allow one of its values"
				   : "it is larger than 64 KiB";
	sha256_hex(b.p, b.len, own);
	if (!fault && digest && !is_digest(digest, own))
		fault = "its digest does not match its definition";
	if (!fault) {
		def->tree = json_parse(b.p, b.len, &one_limits, why);
		if (!def->tree)
			fault = "it is nested too deeply";
	}
	def->refused = fault != NULL;
	if (fault) {
		def->kept_name = xstrdup(name);
		def->name = def->kept_name;
		refuse_tool(r, name, fault);
	} else {
		def->text = buf_take(&b);
		def->name = json_str(def->tree, "name");
	}
	buf_release(&b);
}

static bool add_tools(struct reading *r, const cJSON *list)
{
	const cJSON *tool;

	cJSON_ArrayForEach(tool, list)
	{
		if (r->d->n == DEFINITIONS_MAX)
			return fail(r, "more than 10000 tools");
		add_tool(r, tool, NULL);
	}
	return true;
}

/* The error of an answer of JSON-RPC. */
static bool fail_error(struct reading *r, const cJSON *error)
{
	char what[120];
	double code;

	if (!json_num(error, "code", &code))
		return fail(r, "an error instead of a list of tools");
	snprintf(what, sizeof what, "the error %.0f instead of a list of tools",
		code);
	return fail(r, what);
}

/* Add the tool of a record; all of them are of one server. */
static bool add_record(struct reading *r, const cJSON *v)
{
	const char *slug = json_str(v, "slug");

	r->found = true;
	if (r->d->n == DEFINITIONS_MAX)
		return fail(r, "more than 10000 tools");
	if (!slug || !slug_valid(slug))
		return fail(r, "a record of a tool without a slug");
	if (*r->slug && strcmp(r->slug, slug) != 0)
		return fail(r, "the record of another server");
	text_copy(r->slug, sizeof r->slug, slug);
	add_tool(r, json_get(v, "definition"), json_str(v, "digest"));
	return true;
}

/* Add the tools of one value, whichever form it has. */
static bool add_value(struct reading *r, const cJSON *v)
{
	const char *type = json_str(v, "type");
	const cJSON *result = json_get(v, "result");
	const cJSON *list = cJSON_IsArray(v)
		? v
		: json_get(result ? result : v, "tools");

	r->n = 0;
	if (cJSON_IsArray(list)) {
		r->found = true;
		return add_tools(r, list);
	}
	if (json_get(v, "error") && json_get(v, "jsonrpc"))
		return fail_error(r, json_get(v, "error"));
	if (type && (strcmp(type, "tool") == 0 ||
			    strcmp(type, "definition") == 0))
		return add_record(r, v);
	return (type && json_get(v, "v")) ||
		fail(r, "neither an answer to tools/list, nor an array of "
			"tools, nor a record");
}

static bool is_blank(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strchr(" \t\r\n", p[i]) || !p[i])
			return false;
	return true;
}

static size_t line_end(const char *p, size_t n)
{
	const char *end = n ? memchr(p, '\n', n) : NULL;

	return end ? (size_t)(end - p) : n;
}

/* A value in each line, from the first one on. */
static bool read_lines(struct reading *r, const char *p, size_t n)
{
	char why[JSON_WHY];
	bool ok = true;

	while (ok && n) {
		size_t len = line_end(p, n), step = len + (len < n);
		cJSON *v;

		r->line++;
		if (!is_blank(p, len)) {
			v = json_parse(p, len, &limits, why);
			ok = v ? add_value(r, v) : fail(r, why);
			cJSON_Delete(v);
		}
		p += step;
		n -= step;
	}
	return ok;
}

/* Whether the first line that is not blank is a value of its own. */
static bool has_lines(const char *p, size_t n)
{
	char why[JSON_WHY];
	size_t len;
	cJSON *v;

	while (n && is_blank(p, line_end(p, n))) {
		len = line_end(p, n);
		len += len < n;
		p += len;
		n -= len;
	}
	v = json_parse(p, line_end(p, n), &limits, why);
	cJSON_Delete(v);
	return v != NULL;
}

static int by_tool_name(const void *a, const void *b)
{
	const struct definition *x = a, *y = b;

	return jcs_compare(x->name, y->name);
}

static void release_one(struct definition *def)
{
	cJSON_Delete(def->tree);
	free(def->text);
	free(def->kept_name);
}

/*
 * Two of one name: b goes, and a is refused where they are not the same, for
 * nobody knows which of them a client is given.
 */
static void merge(struct reading *r, struct definition *a,
	struct definition *b)
{
	bool differ = !a->refused && !b->refused && strcmp(a->text, b->text);

	if (differ)
		refuse_tool(r, a->name, "another one has the same name");
	if (differ || (b->refused && !a->refused)) {
		a->kept_name = xstrdup(a->name);
		a->name = a->kept_name;
		cJSON_Delete(a->tree);
		free(a->text);
		a->tree = NULL;
		a->text = NULL;
		a->refused = true;
	}
	release_one(b);
}

static void sort_tools(struct reading *r)
{
	struct definitions *d = r->d;
	size_t n = 0;

	if (d->n)
		qsort(d->v, d->n, sizeof *d->v, by_tool_name);
	for (size_t i = 0; i < d->n; i++) {
		if (n && strcmp(d->v[n - 1].name, d->v[i].name) == 0)
			merge(r, &d->v[n - 1], &d->v[i]);
		else
			d->v[n++] = d->v[i];
	}
	d->n = n;
}

bool definitions_read(struct definitions *d, const char *p, size_t n,
	definitions_refuse *refuse, void *arg, char *why)
{
	struct reading r = {
		.d = d, .refuse = refuse, .arg = arg, .why = why};
	char reason[JSON_WHY];
	cJSON *v;
	bool ok;

	*d = (struct definitions) {0};
	if (n > DEFINITIONS_BYTES)
		return fail(&r, "larger than 32 MiB");
	if (is_blank(p, n))
		return fail(&r, "empty");
	v = json_parse(p, n, &limits, reason);
	if (v)
		ok = add_value(&r, v);
	else
		ok = has_lines(p, n) ? read_lines(&r, p, n) : fail(&r, reason);
	cJSON_Delete(v);
	r.line = 0;
	if (ok && !r.found)
		ok = fail(&r, "contains no record of a tool");
	if (ok)
		sort_tools(&r);
	else
		definitions_release(d);
	return ok;
}

void definitions_add(struct definitions *d, const cJSON *tool,
	const char *digest, definitions_refuse *refuse, void *arg)
{
	struct reading r = {
		.d = d, .refuse = refuse, .arg = arg, .n = d->n};

	add_tool(&r, tool, digest);
}

void definitions_add_text(struct definitions *d, const char *text,
	const char *digest, definitions_refuse *refuse, void *arg)
{
	char why[JSON_WHY];
	cJSON *tool = json_parse(text, strlen(text), &limits, why);

	definitions_add(d, tool, digest, refuse, arg);
	cJSON_Delete(tool);
}

void definitions_sort(
	struct definitions *d, definitions_refuse *refuse, void *arg)
{
	struct reading r = {.d = d, .refuse = refuse, .arg = arg};

	sort_tools(&r);
}

void definitions_release(struct definitions *d)
{
	for (size_t i = 0; i < d->n; i++)
		release_one(&d->v[i]);
	free(d->v);
	*d = (struct definitions) {0};
}
