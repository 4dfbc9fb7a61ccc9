#include "auth/token_cache.h"

#include "auth/oauth.h"
#include "base/buf.h"
#include "base/files.h"
#include "base/lines.h"
#include "base/num.h"
#include "base/xalloc.h"

#include <fcntl.h>
#include <math.h>
#include <unistd.h>

#define NAME "/mcp-probe"
#define FILE_MAX (OAUTH_TOKEN_MAX + 64)

struct kept {
	struct kept *next;
	char name[SHA256_HEX];
	char *token;
	double until;
};

static struct kept *first;

static void release_kept(struct kept *k)
{
	explicit_bzero(k->token, strlen(k->token));
	free(k->token);
	free(k);
}

static struct kept **find(const char *name)
{
	struct kept **k = &first;

	while (*k && strcmp((*k)->name, name) != 0)
		k = &(*k)->next;
	return k;
}

static void forget(const char *name)
{
	struct kept **k = find(name), *gone = *k;

	if (!gone)
		return;
	*k = gone->next;
	release_kept(gone);
}

void token_cache_wipe(void)
{
	while (first)
		forget(first->name);
}

void token_cache_name(const char *const *parts, char *name)
{
	struct buf b;

	buf_init(&b, 256 * 1024);
	for (; *parts; parts++)
		buf_add(&b, *parts, strlen(*parts) + 1);
	sha256_hex(b.p, b.len, name);
	explicit_bzero(b.p, b.len);
	buf_release(&b);
}

static int open_folder(void)
{
	const char *cache = getenv("XDG_CACHE_HOME");
	int fd = private_folder(getenv("XDG_RUNTIME_DIR"), NAME, 077, true);

	if (fd < 0)
		fd = private_folder("/run", NAME, 077, true);
	if (fd >= 0)
		return fd;
	return cache && *cache
		? private_folder(cache, NAME, 077, true)
		: private_folder(getenv("HOME"), "/.cache" NAME, 077, true);
}

/* The token of a file, "EPOCH TOKEN" and a newline, if it is still good. */
static char *take_apart(char *text, double now)
{
	char *space = strchr(text, ' '), *end = strchr(text, '\n');
	double until;

	if (!space || !end || end[1] || end <= space + 1)
		return NULL;
	*space = *end = '\0';
	for (const char *p = space + 1; *p; p++)
		if (*p <= ' ' || *p > '~')
			return NULL;
	if (!num_epoch(text, &until) || until <= now)
		return NULL;
	return xstrdup(space + 1);
}

static char *read_file(int folder, const char *name, double now)
{
	int fd = private_open(folder, name, O_RDONLY);
	char text[FILE_MAX + 1], *token = NULL;
	ssize_t n;

	if (fd < 0)
		return NULL;
	n = read(fd, text, FILE_MAX);
	close(fd);
	if (n > 0) {
		text[n] = '\0';
		token = take_apart(text, now);
		explicit_bzero(text, (size_t)n);
	}
	return token;
}

char *token_cache_get(const char *name, double now)
{
	struct kept *k = *find(name);
	char *token;
	int folder;

	if (k && k->until > now)
		return xstrdup(k->token);
	folder = open_folder();
	if (folder < 0)
		return NULL;
	token = read_file(folder, name, now);
	close(folder);
	return token;
}

/* Write a new file and rename it, so that a reader finds all of it or none. */
static void write_file(int folder, const char *name, const char *token,
	double until)
{
	char fresh[SHA256_HEX + 32];
	struct buf b;
	bool ok;
	int fd;

	snprintf(fresh, sizeof fresh, ".%s.%ld", name, (long)getpid());
	/* Left by a killed process that had our process id. */
	unlinkat(folder, fresh, 0);
	fd = private_open(folder, fresh, O_WRONLY | O_CREAT | O_EXCL);
	if (fd < 0)
		return;
	buf_init(&b, FILE_MAX);
	buf_fmt(&b, "%.0f %s\n", floor(until), token);
	ok = buf_ok(&b) && !line_write(fd, b.p, b.len);
	explicit_bzero(b.p, b.len);
	buf_release(&b);
	close(fd);
	if (!ok || renameat(folder, fresh, folder, name))
		unlinkat(folder, fresh, 0);
}

void token_cache_put(const char *name, const char *token, double until)
{
	struct kept *k = xcalloc(1, sizeof *k);
	int folder;

	forget(name);
	snprintf(k->name, sizeof k->name, "%s", name);
	k->token = xstrdup(token);
	k->until = until;
	k->next = first;
	first = k;
	if (isinf(until))
		return;
	folder = open_folder();
	if (folder < 0)
		return;
	write_file(folder, name, token, until);
	close(folder);
}

void token_cache_drop(const char *name)
{
	int folder = open_folder();

	forget(name);
	if (folder < 0)
		return;
	unlinkat(folder, name, 0);
	close(folder);
}
