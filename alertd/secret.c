#include "secret.h"

#include "secret_file.h"
#include "xalloc.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" \
		   "0123456789._-"

static bool fail(char *why, const char *what)
{
	snprintf(why, SECRET_WHY, "%s", what);
	return false;
}

static bool find_token(char *text, char **out, char *why)
{
	char *key, *value;
	int number = 0;

	*out = NULL;
	while (secret_file_line(&text, &number, &key, &value)) {
		if (!value || strcmp(key, "token") != 0)
			continue;
		if (*out)
			return fail(why, "token stands there twice");
		*out = value;
	}
	if (!*out)
		return fail(why, "no line \"token = ...\"");
	return **out || fail(why, "the token is empty");
}

char *secret_read(const char *folder, const char *name, char *why)
{
	char path[PATH_MAX], *text, *token, *secret = NULL;
	int n;

	if (!*name || *name == '.' || name[strspn(name, NAME_CHARS)]) {
		fail(why, "not the name of a credential");
		return NULL;
	}
	n = snprintf(path, sizeof path, "%s/%s", folder, name);
	if (n < 0 || (size_t)n >= sizeof path) {
		fail(why, "the path is too long");
		return NULL;
	}
	text = secret_file_read(path, why);
	if (text && find_token(text, &token, why))
		secret = xstrdup(token);
	secret_file_free(text);
	return secret;
}

void secret_free(char *s)
{
	if (s)
		explicit_bzero(s, strlen(s));
	free(s);
}
