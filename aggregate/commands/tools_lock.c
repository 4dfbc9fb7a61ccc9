#include "commands/tools_lock.h"

#include "base/buf.h"
#include "base/lines.h"
#include "base/xalloc.h"
#include "json/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (64 * 1024 * 1024)

/* The limits of the file; every tool is a key and a value. */
static const struct json_limits limits = {
	.depth = 8, .values = 20 * 1000 * 1000, .i_json = true};

char *lock_path(const char *config)
{
	const char *slash = strrchr(config, '/');
	int dir = slash ? (int)(slash + 1 - config) : 0;
	size_t size = strlen(config) + sizeof "tools.lock";
	char *path = xmalloc(size);

	snprintf(path, size, "%.*stools.lock", dir, config);
	return path;
}

static const cJSON *servers_of(const cJSON *lock)
{
	return json_get(lock, "servers");
}

/* Why a lock is refused; NULL where it is not. */
static const char *wrong(const cJSON *lock)
{
	const cJSON *server, *tool;
	double v;

	if (!json_num(lock, "v", &v) || v != 1)
		return "its version, v, is not 1";
	if (!cJSON_IsObject(servers_of(lock)))
		return "servers is no object";
	cJSON_ArrayForEach(server, servers_of(lock))
	{
		const char *hash = json_str(server, "tool_hash");

		if (!slug_valid(server->string))
			return "a server's name is none";
		if (!hash || !hash_valid(hash))
			return "a tool_hash is no SHA-256 in lower-case hex";
		if (!cJSON_IsObject(json_get(server, "tools")))
			return "the tools of a server are no object";
		cJSON_ArrayForEach(tool, json_get(server, "tools"))
		{
			const char *s = cJSON_GetStringValue(tool);

			if (!s || !hash_valid(s))
				return "a tool's digest is no SHA-256";
		}
	}
	return NULL;
}

static cJSON *parse(const struct buf *b, char *why)
{
	char reason[JSON_WHY];
	cJSON *lock = json_parse(b->p, b->len, &limits, reason);
	const char *fault;

	if (!lock) {
		snprintf(why, LOCK_WHY, "%s", reason);
		return NULL;
	}
	fault = wrong(lock);
	if (!fault)
		return lock;
	snprintf(why, LOCK_WHY, "%s", fault);
	cJSON_Delete(lock);
	return NULL;
}

static cJSON *empty(void)
{
	cJSON *lock = cJSON_CreateObject();

	cJSON_AddNumberToObject(lock, "v", 1);
	cJSON_AddObjectToObject(lock, "servers");
	return lock;
}

cJSON *lock_load(const char *path, char *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char piece[65536];
	struct buf b;
	ssize_t n = 0;
	cJSON *lock = NULL;

	if (fd < 0 && errno == ENOENT)
		return empty();
	buf_init(&b, FILE_MAX);
	while (fd >= 0 && (n = read(fd, piece, sizeof piece)) > 0)
		buf_add(&b, piece, (size_t)n);
	if (fd < 0 || n < 0)
		snprintf(why, LOCK_WHY, "%s", strerror(errno));
	else if (!buf_ok(&b))
		snprintf(why, LOCK_WHY, "larger than 64 MiB");
	else
		lock = parse(&b, why);
	if (fd >= 0)
		close(fd);
	buf_release(&b);
	return lock;
}

const char *lock_hash(const cJSON *lock, const char *slug)
{
	return json_str(json_get(servers_of(lock), slug), "tool_hash");
}

static int by_name(const void *a, const void *b)
{
	const struct tool_digest *x = a, *y = b;

	return strcmp(x->name, y->name);
}

bool lock_tools(const cJSON *lock, const char *slug, struct tool_list *out)
{
	const cJSON *server = json_get(servers_of(lock), slug);
	const cJSON *tools = json_get(server, "tools"), *tool;
	struct tool_digest *list;
	size_t n = 0;

	if (!server)
		return false;
	list = xcalloc((size_t)cJSON_GetArraySize(tools), sizeof *list);
	cJSON_ArrayForEach(tool, tools)
	{
		list[n].name = tool->string;
		memcpy(list[n].contract, tool->valuestring, HASH_HEX + 1);
		n++;
	}
	if (n)
		qsort(list, n, sizeof *list, by_name);
	*out = (struct tool_list) {.hash = json_str(server, "tool_hash"),
		.tools = list,
		.n_tools = n};
	return true;
}

void lock_pin(cJSON *lock, const char *slug, const struct tool_list *tools)
{
	cJSON *servers = cJSON_GetObjectItemCaseSensitive(lock, "servers");
	cJSON *server = cJSON_CreateObject(), *list;

	cJSON_AddStringToObject(server, "tool_hash", tools->hash);
	list = cJSON_AddObjectToObject(server, "tools");
	for (size_t i = 0; i < tools->n_tools; i++)
		cJSON_AddStringToObject(list, tools->tools[i].name,
			tools->tools[i].contract);
	if (cJSON_GetObjectItemCaseSensitive(servers, slug))
		cJSON_ReplaceItemInObjectCaseSensitive(servers, slug, server);
	else
		cJSON_AddItemToObject(servers, slug, server);
}

static int by_key(const void *a, const void *b)
{
	const cJSON *const *x = a, *const *y = b;

	return strcmp((*x)->string, (*y)->string);
}

/* One tool a line, so that a review shows what changes. */
static void put_server(struct buf *b, const cJSON *server, bool last)
{
	const cJSON *tools = json_get(server, "tools"), *tool;

	buf_str(b, "    ");
	json_put_str(b, server->string);
	buf_fmt(b, ": {\n      \"tool_hash\": \"%s\",\n      \"tools\": {",
		json_str(server, "tool_hash"));
	cJSON_ArrayForEach(tool, tools)
	{
		buf_str(b, tool == tools->child ? "\n        " : ",\n        ");
		json_put_str(b, tool->string);
		buf_fmt(b, ": \"%s\"", tool->valuestring);
	}
	buf_fmt(b, "\n      }\n    }%s\n", last ? "" : ",");
}

static void put(struct buf *b, const cJSON *lock)
{
	const cJSON *servers = servers_of(lock), *server;
	size_t n = (size_t)cJSON_GetArraySize(servers), i = 0;
	const cJSON **list = xcalloc(n, sizeof *list);

	cJSON_ArrayForEach(server, servers)
		list[i++] = server;
	if (n)
		qsort(list, n, sizeof *list, by_key);
	buf_str(b, "{\n  \"v\": 1,\n  \"servers\": {\n");
	for (i = 0; i < n; i++)
		put_server(b, list[i], i + 1 == n);
	buf_str(b, "  }\n}\n");
	free(list);
}

/* Write a temporary file beside it, and rename that. */
static int replace(const char *path, const struct buf *b)
{
	size_t size = strlen(path) + 16;
	char *temp = xmalloc(size);
	int fd, rc = -1, saved;

	snprintf(temp, size, "%s.%ld", path, (long)getpid());
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd >= 0) {
		rc = line_write(fd, b->p, b->len) || fsync(fd) ? -1 : 0;
		if (close(fd))
			rc = -1;
		if (!rc)
			rc = rename(temp, path);
		saved = errno;
		if (rc)
			unlink(temp);
		errno = saved;
	}
	free(temp);
	return rc;
}

int lock_save(const cJSON *lock, const char *path)
{
	struct buf b;
	int rc;

	buf_init(&b, FILE_MAX);
	put(&b, lock);
	if (!buf_ok(&b)) {
		errno = EFBIG;
		rc = -1;
	} else {
		rc = replace(path, &b);
	}
	buf_release(&b);
	return rc;
}
