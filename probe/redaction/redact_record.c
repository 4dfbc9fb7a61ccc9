/* SPDX-License-Identifier: MIT */
/*
 * redact_record.c: makes records fit to be printed: without secrets, and with
 * names of tools that can be read and told apart.
 */
#include "redaction/redaction.h"

#include "base/lines.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "json/json.h"

/* How many digits of its digest follow a name that was changed. */
#define DIGEST_SHOWN 32
#define DIGEST_SIZE (sizeof "\\#{}" - 1 + DIGEST_SHOWN)

static char *masked_copy(const char *s)
{
	size_t n = strlen(s);
	struct buf b;

	/* A secret may be shorter than the three stars in its place. */
	buf_init(&b, 3 * n + 1);
	mask(&b, s, n, n, NULL);
	return buf_take(&b);
}

char *redact_text(const char *s)
{
	return s ? masked_copy(s) : NULL;
}

void redact_tree(struct buf *b, const cJSON *v)
{
	char *text;

	if (!cJSON_IsObject(v) && !cJSON_IsArray(v)) {
		text = redact_text(cJSON_GetStringValue(v));
		if (text)
			json_put_str(b, text);
		else
			json_put(b, v);
		free(text);
		return;
	}
	buf_char(b, cJSON_IsObject(v) ? '{' : '[');
	for (const cJSON *c = v->child; c && buf_ok(b); c = c->next) {
		if (c != v->child)
			buf_char(b, ',');
		if (cJSON_IsObject(v)) {
			json_put_str(b, c->string);
			buf_char(b, ':');
		}
		redact_tree(b, c);
	}
	buf_char(b, cJSON_IsObject(v) ? '}' : ']');
}

/* Mask the text of an object; NULL where it cannot be parsed. */
static char *redact_json(const char *s)
{
	size_t n = strlen(s);
	char why[JSON_WHY];
	struct buf b;
	cJSON *tree;

	tree = json_parse(s, n, &json_record, why);
	if (!tree)
		return NULL;
	buf_init(&b, 3 * n + 1);
	redact_tree(&b, tree);
	cJSON_Delete(tree);
	return buf_take(&b);
}

void redact_step(struct redacted *r, const struct step_record *s)
{
	memset(r, 0, sizeof *r);
	r->u.step = *s;
	if (s->message && !mask_idle(s->message, strlen(s->message)))
		r->u.step.message = r->message = masked_copy(s->message);
	if (s->detail && !mask_none())
		r->u.step.detail = r->detail = redact_json(s->detail);
}

/* A printable name that no other tool has; the caller frees it. */
static char *redact_name(const char *name)
{
	char *hidden = masked_copy(name), digest[SHA256_HEX];
	size_t n = strlen(hidden), end;
	char out[TEXT_SIZE];

	if (strcmp(hidden, name) != 0 ||
		!text_visible(hidden, n, out, sizeof out, TEXT_MAX)) {
		text_visible(hidden, n, out, sizeof out - DIGEST_SIZE,
			TEXT_MAX - DIGEST_SIZE);
		sha256_hex(name, strlen(name), digest);
		end = strlen(out);
		snprintf(out + end, sizeof out - end, "\\#{%.*s}", DIGEST_SHOWN,
			digest);
	}
	free(hidden);
	return xstrdup(out);
}

bool redact_tool(struct redacted *r, const struct tool_record *t)
{
	size_t n = strlen(t->definition);
	char *hidden;
	bool clean;

	memset(r, 0, sizeof *r);
	r->u.tool = *t;
	r->u.tool.name = r->message = redact_name(t->name);
	if (mask_idle(t->definition, n))
		return true;
	hidden = masked_copy(t->definition);
	clean = strcmp(hidden, t->definition) == 0;
	free(hidden);
	return clean;
}

/* The names of tools in the result of a cache check. */
static void redact_cache(struct redacted *r, const struct cache_check *c)
{
	size_t n = 0;

	r->cache = *c;
	r->u.probe.cache = &r->cache;
	for (int k = 0; k < CACHE_CHANGES; k++)
		for (size_t i = 0; i < c->n[k]; i++) {
			r->changed[n] = redact_name(c->names[k][i]);
			r->cache.names[k][i] = r->changed[n++];
		}
}

void redact_probe(struct redacted *r, const struct probe_record *p)
{
	size_t size = 0;

	memset(r, 0, sizeof *r);
	r->u.probe = *p;
	if (p->found.said && !mask_idle(p->found.said, strlen(p->found.said)))
		r->u.probe.found.said = r->message =
			masked_copy(p->found.said);
	if (p->cache)
		redact_cache(r, p->cache);
	if (!p->tools)
		return;
	r->tools = xcalloc(p->n_tools + 1, sizeof *r->tools);
	r->names = xcalloc(p->n_tools + 1, sizeof *r->names);
	for (size_t i = 0; i < p->n_tools && size <= LINE_MAX_BYTES; i++) {
		r->tools[i] = p->tools[i];
		r->names[i] = redact_name(p->tools[i].name);
		r->tools[i].name = r->names[i];
		size += strlen(r->names[i]) + 2 * HASH_HEX;
	}
	/* A line has no room for all of them. */
	r->u.probe.tools = size <= LINE_MAX_BYTES ? r->tools : NULL;
}

void redacted_release(struct redacted *r)
{
	for (size_t i = 0; r->names && r->names[i]; i++)
		free(r->names[i]);
	for (size_t i = 0; r->changed[i]; i++)
		free(r->changed[i]);
	free(r->names);
	free(r->tools);
	free(r->message);
	free(r->detail);
}
