/* SPDX-License-Identifier: MIT */
#include "transport/credential.h"

#include "base/secrets.h"
#include "base/xalloc.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" \
		   "0123456789._-"
/* Lines beyond these are not read. */
#define LINES_MAX 64

struct secret {
	char *text; /* the file; the lines point into it */
	struct {
		const char *key, *value;
	} lines[LINES_MAX];
	size_t n;
	bool ours; /* it lies in SECRETS */
};

const char *credential_folder(void)
{
	const char *folder = getenv("MCP_CREDENTIALS");

	if (!folder || !*folder)
		folder = getenv("CREDENTIALS_DIRECTORY");
	return folder && *folder ? folder : NULL;
}

static void *fail(char *why, const char *what)
{
	if (why)
		snprintf(why, SECRET_WHY, "%s", what);
	return NULL;
}

static struct secret *take_apart(char *text)
{
	struct secret *s = xcalloc(1, sizeof *s);
	char *rest = text, *key, *value;
	int number = 0;

	s->text = text;
	while (s->n < LINES_MAX &&
		secret_file_line(&rest, &number, &key, &value)) {
		if (!value)
			continue;
		s->lines[s->n].key = key;
		s->lines[s->n++].value = value;
	}
	return s;
}

static bool has(const struct secret *s, const char *key)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->lines[i].key, key) == 0)
			return true;
	return false;
}

/* SECRETS beside the folder; false where it is no name of one. */
static bool beside(const char *folder, char out[PATH_MAX])
{
	size_t n = strlen(folder), last;
	int len;

	while (n && folder[n - 1] == '/')
		n--;
	for (last = n; last && folder[last - 1] != '/';)
		last--;
	if (last == n || folder[n - 1] == '.' || n >= PATH_MAX)
		return false;
	if (n - last == strlen(SECRETS) &&
		strncmp(folder + last, SECRETS, n - last) == 0)
		return false;
	len = snprintf(out, PATH_MAX, "%.*s" SECRETS, (int)last, folder);
	return len > 0 && len < PATH_MAX;
}

/* False where the path is too long. */
static bool join(const char *folder, const char *name, char path[PATH_MAX])
{
	int n = snprintf(path, PATH_MAX, "%s/%s", folder, name);

	return n > 0 && n < PATH_MAX;
}

static bool there(const char *folder, const char *name)
{
	char path[PATH_MAX];

	return join(folder, name, path) &&
		(access(path, F_OK) == 0 ||
			(errno != ENOENT && errno != ENOTDIR));
}

/*
 * The folder of our own secrets, where that has the file; or where neither has
 * it, and the folder is there. Else the folder of the credentials; as where
 * another user has the secrets, and this one copies of some.
 */
static const char *choose(
	const char *folder, const char *name, char ours[PATH_MAX])
{
	if (!beside(folder, ours) || access(ours, X_OK) != 0)
		return folder;
	return there(ours, name) || !there(folder, name) ? ours : folder;
}

static bool named(const char *name)
{
	return *name && *name != '.' && !name[strspn(name, NAME_CHARS)];
}

bool secret_there(const char *folder, const char *name)
{
	char ours[PATH_MAX];

	return folder && named(name) &&
		there(choose(folder, name, ours), name);
}

struct secret *secret_open(const char *folder, const char *name, char *why)
{
	char path[PATH_MAX], ours[PATH_MAX], cause[SECRET_FILE_WHY];
	const char *in;
	struct secret *s;
	char *text;

	if (!folder)
		return fail(why, "neither MCP_CREDENTIALS nor "
				 "CREDENTIALS_DIRECTORY names a folder");
	if (!named(name))
		return fail(why, "not the name of a credential");
	in = choose(folder, name, ours);
	if (!join(in, name, path))
		return fail(why, "the path is too long");
	text = secret_file_read(path, cause);
	s = text ? take_apart(text) : NULL;
	if (s && !has(s, "origin")) {
		s->ours = in == ours;
		return s;
	}
	if (s)
		snprintf(cause, sizeof cause, "the credential of a server");
	secret_close(s);
	if (why)
		snprintf(why, SECRET_WHY, "%.40s (%.40s in the folder %.78s)",
			cause, name, in);
	return NULL;
}

const char *secret_get(const struct secret *s, const char *key, char *why)
{
	const char *found = NULL;

	for (size_t i = 0; s && i < s->n; i++) {
		if (strcmp(s->lines[i].key, key) != 0)
			continue;
		if (found) {
			if (why)
				snprintf(why, SECRET_WHY,
					"%s is there twice", key);
			return NULL;
		}
		found = s->lines[i].value;
	}
	if (found && *found)
		return found;
	if (why)
		snprintf(why, SECRET_WHY, found ? "the %s is empty"
						: "no line \"%s = ...\"", key);
	return NULL;
}

/* A shorter part may be an ordinary word; a whole value is masked from 4 on. */
#define PART_MIN 8
#define WHOLE_MIN 4

static void mask(char *text, const char *part, size_t n)
{
	for (char *p = text; strlen(p) >= n; p++)
		if (strncmp(p, part, n) == 0)
			memset(p, '*', n);
}

void secret_mask(const struct secret *s, char *text)
{
	for (size_t i = 0; s && i < s->n; i++) {
		const char *v = s->lines[i].value;
		size_t n;

		if (strlen(v) >= WHOLE_MIN)
			mask(text, v, strlen(v));
		for (; *v; v += n + (v[n] != '\0')) {
			n = strcspn(v, "/?&=:@ ");
			if (n >= PART_MIN)
				mask(text, v, n);
		}
	}
}

void secret_close(struct secret *s)
{
	if (s)
		secret_file_free(s->text);
	free(s);
}

/* The token of a secret that is for this; NULL and why. */
static const char *token_for(
	const struct secret *s, const char *name, char *why)
{
	const char *use = secret_get(s, "for", NULL);
	const char *token = secret_get(s, "token", why);

	if (!token)
		return NULL;
	if (has(s, "for") ? !use || strcmp(use, name) != 0 : s->ours) {
		snprintf(why, SECRET_WHY, "no line \"for = %.40s\"", name);
		return NULL;
	}
	if (strlen(token) >= SECRET_SIGNING)
		return token;
	snprintf(why, SECRET_WHY,
		"its token is shorter than 32 random bytes are: "
		"openssl rand -hex 32");
	return NULL;
}

char *secret_signing(const char *folder, const char *name, char *why)
{
	struct secret *s = secret_open(folder, name, why);
	const char *token = s ? token_for(s, name, why) : NULL;
	char *copy = token ? xstrdup(token) : NULL;

	secret_close(s);
	return copy;
}

void secret_free(char *s)
{
	if (s)
		explicit_bzero(s, strlen(s));
	free(s);
}
