#include "transport/credential.h"

#include "base/secrets.h"
#include "base/xalloc.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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

struct secret *secret_open(const char *folder, const char *name, char *why)
{
	char path[PATH_MAX], cause[SECRET_FILE_WHY], *text;
	int n;

	if (!folder)
		return fail(why, "neither MCP_CREDENTIALS nor "
				 "CREDENTIALS_DIRECTORY names a folder");
	if (!*name || *name == '.' || name[strspn(name, NAME_CHARS)])
		return fail(why, "not the name of a credential");
	n = snprintf(path, sizeof path, "%s/%s", folder, name);
	if (n < 0 || (size_t)n >= sizeof path)
		return fail(why, "the path is too long");
	text = secret_file_read(path, cause);
	if (text)
		return take_apart(text);
	if (why)
		snprintf(why, SECRET_WHY, "%.40s (%.40s in the folder %.78s)",
			cause, name, folder);
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
					"%s stands there twice", key);
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

void secret_close(struct secret *s)
{
	if (s)
		secret_file_free(s->text);
	free(s);
}

char *secret_read(const char *folder, const char *name, char *why)
{
	struct secret *s = secret_open(folder, name, why);
	const char *token = s ? secret_get(s, "token", why) : NULL;
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
