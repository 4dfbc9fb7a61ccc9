/* SPDX-License-Identifier: MIT */
#include "pinned/tools_lock.h"

#include "base/buf.h"
#include "base/files.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/sha256.h"
#include "base/strings.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "rule/drift.h"
#include "rule/history.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than a hundred thousand servers have. */
#define FILE_MAX ((size_t)1024 * 1024 * 1024)

/* The version that is written; 1 had digests only. */
#define LOCK_VERSION 2

/* The limits of the file, and of a definition, which is five levels deep. */
static const struct json_limits limits = {
	.depth = LOCK_DEPTH, .values = FILE_MAX, .i_json = true};
static const struct json_limits definition_limits = {
	.depth = 64, .values = FILE_MAX, .i_json = true};

/* For strings_place. */
struct pinned {
	const char *slug;
	cJSON *server;
};

struct tools_lock {
	cJSON *doc;
	struct pinned *v; /* the servers of doc, by slug */
	size_t n, cap;
};

char *lock_path(const char *config)
{
	const char *slash = strrchr(config, '/');
	int dir = slash ? (int)(slash + 1 - config) : 0;
	size_t size = strlen(config) + sizeof "tools.lock";
	char *path = xmalloc(size);

	snprintf(path, size, "%.*stools.lock", dir, config);
	return path;
}

static const cJSON *servers_of(const cJSON *doc)
{
	return json_get(doc, "servers");
}

static bool hash_or_none(const cJSON *o, const char *key)
{
	const char *hash = json_str(o, key);

	return hash ? hash_valid(hash) : !json_get(o, key);
}

/* A tool is the digest of its contract in version 1, and an object in 2. */
static const char *contract_of(const cJSON *tool)
{
	return cJSON_IsObject(tool) ? json_str(tool, "contract")
				    : cJSON_GetStringValue(tool);
}

static const char *wrong_tool(const cJSON *tool, double version)
{
	const char *contract = contract_of(tool);
	const cJSON *definition = json_get(tool, "definition");

	if (cJSON_IsObject(tool) != (version > 1))
		return "a tool does not have the form of this version";
	if (!contract || !hash_valid(contract) || !hash_or_none(tool, "full"))
		return "a tool's digest is not a SHA-256";
	if (definition && !cJSON_IsObject(definition))
		return "a tool's definition is not an object";
	if (definition && !json_get(tool, "full"))
		return "a tool's definition has no digest";
	return NULL;
}

static const char *wrong_server(const cJSON *server, double version)
{
	const char *hash = json_str(server, "tool_hash"), *fault;
	const cJSON *tool;

	if (!slug_valid(server->string))
		return "a server's name is not valid";
	if (!hash || !hash_valid(hash))
		return "a tool_hash is not a SHA-256 in lower-case hex";
	if (!hash_or_none(server, "full_hash"))
		return "a full_hash is not a SHA-256 in lower-case hex";
	if (!cJSON_IsObject(json_get(server, "tools")))
		return "the tools of a server are not an object";
	cJSON_ArrayForEach(tool, json_get(server, "tools"))
	{
		fault = wrong_tool(tool, version);
		if (fault)
			return fault;
	}
	return NULL;
}

/* Why a file is refused; NULL where it is not. */
static const char *wrong(const cJSON *doc)
{
	const cJSON *server;
	const char *fault;
	double v;

	if (!json_num(doc, "v", &v) || (v != 1 && v != LOCK_VERSION))
		return "its version, v, is neither 1 nor 2";
	if (!cJSON_IsObject(servers_of(doc)))
		return "servers is not an object";
	cJSON_ArrayForEach(server, servers_of(doc))
	{
		fault = wrong_server(server, v);
		if (fault)
			return fault;
	}
	return NULL;
}

static cJSON *parse(const char *p, size_t n, char *why)
{
	char reason[JSON_WHY];
	cJSON *doc = json_parse(p, n, &limits, reason);
	const char *fault;

	if (!doc) {
		snprintf(why, LOCK_WHY, "%s", reason);
		return NULL;
	}
	fault = wrong(doc);
	if (!fault)
		return doc;
	snprintf(why, LOCK_WHY, "%s", fault);
	cJSON_Delete(doc);
	return NULL;
}

static cJSON *empty(void)
{
	cJSON *doc = cJSON_CreateObject();

	cJSON_AddNumberToObject(doc, "v", LOCK_VERSION);
	cJSON_AddObjectToObject(doc, "servers");
	return doc;
}

static cJSON *read_file(const char *path, char *why)
{
	cJSON *doc = NULL;
	struct buf b;
	int rc;

	buf_init(&b, FILE_MAX);
	rc = file_whole(&b, path);
	if (rc && errno == ENOENT)
		doc = empty();
	else if (rc)
		snprintf(why, LOCK_WHY, "%s", strerror(errno));
	else if (!buf_ok(&b))
		snprintf(why, LOCK_WHY, "larger than 1 GiB");
	else
		doc = parse(b.p, b.len, why);
	buf_release(&b);
	return doc;
}

/* Takes doc, which may be NULL. */
static struct tools_lock *lock_of(cJSON *doc)
{
	struct tools_lock *lock;
	cJSON *server;

	if (!doc)
		return NULL;
	lock = xcalloc(1, sizeof *lock);
	lock->doc = doc;
	lock->cap = (size_t)cJSON_GetArraySize(servers_of(doc));
	lock->v = xcalloc(lock->cap, sizeof *lock->v);
	cJSON_ArrayForEach(server, servers_of(doc))
	{
		lock->v[lock->n++] = (struct pinned) {server->string, server};
	}
	if (lock->n)
		qsort(lock->v, lock->n, sizeof *lock->v, strings_order);
	return lock;
}

struct tools_lock *lock_load(const char *path, char *why)
{
	return lock_of(read_file(path, why));
}

struct tools_lock *lock_parse(const char *p, size_t n, char *why)
{
	return lock_of(parse(p, n, why));
}

int lock_version(const struct tools_lock *lock)
{
	double v = LOCK_VERSION;

	json_num(lock->doc, "v", &v);
	return (int)v;
}

const char *lock_slug(const struct tools_lock *lock)
{
	return lock->n ? lock->v->slug : NULL;
}

void lock_free(struct tools_lock *lock)
{
	if (!lock)
		return;
	cJSON_Delete(lock->doc);
	free(lock->v);
	free(lock);
}

/* The place of a server; the server, or NULL, is in *out. */
static size_t find_server(
	const struct tools_lock *lock, const char *slug, cJSON **out)
{
	size_t i = strings_place(lock->v, lock->n, sizeof *lock->v, slug);

	*out = i < lock->n && strcmp(lock->v[i].slug, slug) == 0
		       ? lock->v[i].server
		       : NULL;
	return i;
}

const char *lock_hash(const struct tools_lock *lock, const char *slug)
{
	cJSON *server;

	find_server(lock, slug, &server);
	return json_str(server, "tool_hash");
}

static const cJSON *tools_of(const struct tools_lock *lock, const char *slug)
{
	cJSON *server;

	find_server(lock, slug, &server);
	return json_get(server, "tools");
}

bool lock_tools(
	const struct tools_lock *lock, const char *slug, struct tool_list *out)
{
	const cJSON *tools, *tool;
	struct tool_digest *list;
	cJSON *server;
	size_t n = 0;

	find_server(lock, slug, &server);
	if (!server)
		return false;
	tools = json_get(server, "tools");
	list = xcalloc((size_t)cJSON_GetArraySize(tools), sizeof *list);
	cJSON_ArrayForEach(tool, tools)
	{
		const char *full = json_str(tool, "full");

		list[n].name = tool->string;
		memcpy(list[n].contract, contract_of(tool), HASH_HEX + 1);
		if (full)
			memcpy(list[n].full, full, HASH_HEX + 1);
		n++;
	}
	if (n)
		qsort(list, n, sizeof *list, strings_order);
	*out = (struct tool_list) {.hash = json_str(server, "tool_hash"),
		.full_hash = json_str(server, "full_hash"),
		.tools = list,
		.n_tools = n};
	return true;
}

const cJSON *lock_definition(
	const struct tools_lock *lock, const char *slug, const char *name)
{
	return json_get(json_get(tools_of(lock, slug), name), "definition");
}

static cJSON *add_server(struct tools_lock *lock, const char *slug, size_t at)
{
	cJSON *servers = cJSON_GetObjectItemCaseSensitive(lock->doc, "servers");
	cJSON *server = cJSON_AddObjectToObject(servers, slug);

	lock->v = xgrow(lock->v, &lock->cap, lock->n + 1, sizeof *lock->v);
	memmove(&lock->v[at + 1], &lock->v[at],
		(lock->n - at) * sizeof *lock->v);
	lock->v[at] = (struct pinned) {server->string, server};
	lock->n++;
	return server;
}

/* old: how the tool was pinned before, or NULL. */
static void pin_tool(cJSON *list, const struct tool_digest *t, const char *text,
	cJSON *old)
{
	cJSON *tool = cJSON_AddObjectToObject(list, t->name);
	cJSON *definition = NULL;
	const char *full = json_str(old, "full");
	char why[JSON_WHY];

	cJSON_AddStringToObject(tool, "contract", t->contract);
	if (*t->full)
		cJSON_AddStringToObject(tool, "full", t->full);
	if (text)
		definition = json_parse(
			text, strlen(text), &definition_limits, why);
	else if (full && strcmp(full, t->full) == 0)
		definition = cJSON_DetachItemFromObjectCaseSensitive(
			old, "definition");
	if (definition)
		cJSON_AddItemToObject(tool, "definition", definition);
}

void lock_pin(struct tools_lock *lock, const char *slug,
	const struct tool_list *tools, const char *const *texts)
{
	cJSON *server, *list, *old;
	size_t at = find_server(lock, slug, &server);

	if (!server)
		server = add_server(lock, slug, at);
	cJSON_DeleteItemFromObjectCaseSensitive(server, "tool_hash");
	cJSON_DeleteItemFromObjectCaseSensitive(server, "full_hash");
	old = cJSON_DetachItemFromObjectCaseSensitive(server, "tools");
	cJSON_AddStringToObject(server, "tool_hash", tools->hash);
	if (tools->full_hash)
		cJSON_AddStringToObject(server, "full_hash", tools->full_hash);
	list = cJSON_AddObjectToObject(server, "tools");
	for (size_t i = 0; i < tools->n_tools; i++)
		pin_tool(list, &tools->tools[i], texts[i],
			cJSON_GetObjectItemCaseSensitive(
				old, tools->tools[i].name));
	cJSON_Delete(old);
}

static void put_tool(struct buf *b, const struct tool_digest *t,
	const cJSON *definition)
{
	struct buf line;

	buf_init(&line, SIZE_MAX / 2);
	json_put_str(&line, t->name);
	buf_fmt(&line, ": {\"contract\":\"%s\"", t->contract);
	if (*t->full)
		json_put_member(&line, "full", t->full);
	if (definition) {
		json_put_key(&line, "definition");
		json_put(&line, definition);
	}
	buf_char(&line, '}');
	json_put_seen(b, line.p, line.len);
	buf_release(&line);
}

/* One tool a line, by name, so that a review shows what changes. */
static void put_server(struct buf *b, const struct tools_lock *lock, size_t at)
{
	const char *slug = lock->v[at].slug;
	struct tool_list l;

	lock_tools(lock, slug, &l);
	buf_str(b, "    ");
	json_put_str(b, slug);
	buf_fmt(b, ": {\n      \"tool_hash\": \"%s\",\n", l.hash);
	if (l.full_hash)
		buf_fmt(b, "      \"full_hash\": \"%s\",\n", l.full_hash);
	buf_str(b, "      \"tools\": {");
	for (size_t i = 0; i < l.n_tools; i++) {
		buf_str(b, i ? ",\n        " : "\n        ");
		put_tool(b, &l.tools[i],
			lock_definition(lock, slug, l.tools[i].name));
	}
	buf_fmt(b, "\n      }\n    }%s\n", at + 1 == lock->n ? "" : ",");
	free((void *)l.tools);
}

static void put_lock(struct buf *b, const struct tools_lock *lock)
{
	buf_fmt(b, "{\n  \"v\": %d,\n  \"servers\": {\n", LOCK_VERSION);
	for (size_t i = 0; i < lock->n; i++)
		put_server(b, lock, i);
	buf_str(b, "  }\n}\n");
}

int lock_save(const struct tools_lock *lock, const char *path)
{
	struct buf b;
	int rc;

	buf_init(&b, FILE_MAX);
	put_lock(&b, lock);
	if (!buf_ok(&b)) {
		errno = EFBIG;
		rc = -1;
	} else {
		rc = file_replace(path, b.p, b.len);
	}
	buf_release(&b);
	return rc;
}

/* ---- What tools of a server said. */

void tool_texts_add(struct tool_texts *t, const char *digest, const char *text)
{
	struct tool_text *one;

	t->v = xgrow(t->v, &t->cap, t->n + 1, sizeof *t->v);
	one = &t->v[t->n++];
	text_copy(one->digest, sizeof one->digest, digest);
	one->text = xstrdup(text);
}

static int by_digest(const void *a, const void *b)
{
	const struct tool_text *x = a, *y = b;

	return strcmp(x->digest, y->digest);
}

void tool_texts_sort(struct tool_texts *t)
{
	size_t n = 0;

	if (t->n)
		qsort(t->v, t->n, sizeof *t->v, by_digest);
	for (size_t i = 0; i < t->n; i++) {
		if (n && strcmp(t->v[n - 1].text, t->v[i].text) == 0)
			free(t->v[i].text);
		else
			t->v[n++] = t->v[i];
	}
	t->n = n;
}

const char *tool_texts_find(const struct tool_texts *t, const char *full)
{
	char own[SHA256_HEX];
	size_t first = 0, end = t->n;

	while (first < end) {
		size_t mid = first + (end - first) / 2;

		if (strncmp(t->v[mid].digest, full, DIGEST_HEAD) < 0)
			first = mid + 1;
		else
			end = mid;
	}
	for (size_t i = first; i < t->n; i++) {
		if (strncmp(t->v[i].digest, full, DIGEST_HEAD) != 0)
			break;
		/* 16 digits agree; all must. */
		sha256_hex(t->v[i].text, strlen(t->v[i].text), own);
		if (strcmp(own, full) == 0)
			return t->v[i].text;
	}
	return NULL;
}

void tool_texts_release(struct tool_texts *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i].text);
	free(t->v);
	*t = (struct tool_texts) {.n = 0};
}

const struct tool_digest *pin_find_tool(
	const struct tool_list *l, const char *name)
{
	for (size_t low = 0, n = l->tools ? l->n_tools : 0; n;) {
		const struct tool_digest *t = &l->tools[low + n / 2];
		int order = strcmp(name, t->name);

		if (!order)
			return t;
		if (order > 0) {
			low += n / 2 + 1;
			n -= n / 2 + 1;
		} else {
			n /= 2;
		}
	}
	return NULL;
}

/* Descriptions that were not pinned do not differ. */
static void fill_full(struct tool_list *pinned, const struct tool_list *seen)
{
	struct tool_digest *tools = (struct tool_digest *)pinned->tools;

	for (size_t i = 0; i < pinned->n_tools; i++) {
		const struct tool_digest *now =
			pin_find_tool(seen, tools[i].name);

		if (!*tools[i].full && now)
			memcpy(tools[i].full, now->full, sizeof now->full);
	}
}

/* All tools of a server that is not pinned are new. */
static void all_new(struct verdict_drift *d, const struct tool_list *seen)
{
	d->to = seen->hash;
	if (!seen->tools)
		return;
	d->added = xcalloc(seen->n_tools, sizeof *d->added);
	for (size_t i = 0; i < seen->n_tools; i++)
		d->added[d->n_added++] = seen->tools[i].name;
}

bool pin_differs(struct pin_comparison *x, const struct tools_lock *lock,
	const struct probe *seen)
{
	struct probe before = *seen, pair = *seen;
	struct region_history h = {
		.name = "", .probes = &pair, .n = 1, .tools_seen = &before};

	x->pinned = xcalloc(1, sizeof *x->pinned);
	if (!lock_tools(lock, x->slug, x->pinned)) {
		all_new(&x->drift, seen->tools);
		return true;
	}
	before.tools = x->pinned;
	fill_full(x->pinned, seen->tools);
	x->words = strcmp(x->pinned->hash, seen->tools->hash) == 0;
	return drift_find(&h, INFINITY, &x->drift);
}

static void refuse_definition(void *arg, const char *reason)
{
	struct pin_comparison *x = arg;

	log_error("%s: %s: %s", x->path, x->slug, reason);
	x->refused = true;
}

/* The definitions of a server in the lock; of a tool that is seen now only where
   what it says now is known. */
static void read_pinned(struct pin_comparison *x, const struct tools_lock *lock,
	const struct tool_list *seen, const struct tool_texts *texts)
{
	/* Without names nobody knows which tools were removed. */
	for (size_t i = 0; seen->tools && i < x->pinned->n_tools; i++) {
		const struct tool_digest *t = &x->pinned->tools[i];
		const struct tool_digest *now = pin_find_tool(seen, t->name);
		const cJSON *d = lock_definition(lock, x->slug, t->name);

		if (d && (!now || tool_texts_find(texts, now->full)))
			definitions_add(&x->before, d, t->full,
				refuse_definition, x);
	}
	definitions_sort(&x->before, refuse_definition, x);
}

/* Read the definitions now; of a pinned tool only if the old one is known. */
static void read_seen(struct pin_comparison *x, const struct tools_lock *lock,
	const struct tool_list *seen, const struct tool_texts *texts)
{
	for (size_t i = 0; seen->tools && i < seen->n_tools; i++) {
		const struct tool_digest *t = &seen->tools[i];
		const char *text = tool_texts_find(texts, t->full);

		if (text && (!pin_find_tool(x->pinned, t->name) ||
				    lock_definition(lock, x->slug, t->name)))
			definitions_add_text(&x->after, text, t->full,
				refuse_definition, x);
	}
	definitions_sort(&x->after, refuse_definition, x);
}

void pin_read(struct pin_comparison *x, const struct tools_lock *lock,
	const struct probe *seen, const struct tool_texts *texts)
{
	read_pinned(x, lock, seen->tools, texts);
	read_seen(x, lock, seen->tools, texts);
}

void pin_release(struct pin_comparison *x)
{
	if (x->pinned)
		free((void *)x->pinned->tools);
	free(x->pinned);
	drift_release(&x->drift);
	definitions_release(&x->before);
	definitions_release(&x->after);
}
