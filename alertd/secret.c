#include "secret.h"

#include "xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (64 * 1024)
#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" \
		   "0123456789._-"

static bool fail(char *why, const char *what)
{
	snprintf(why, SECRET_WHY, "%s", what);
	return false;
}

static bool read_all(int fd, char *text, char *why)
{
	size_t n = 0;

	while (n < FILE_MAX) {
		ssize_t got = read(fd, text + n, FILE_MAX - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(why, strerror(errno));
		if (got == 0) {
			text[n] = '\0';
			return true;
		}
		n += (size_t)got;
	}
	return fail(why, "too large");
}

static bool slurp(const char *path, char *text, char *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	bool ok;

	if (fd < 0)
		return fail(why, strerror(errno));
	if (fstat(fd, &st))
		ok = fail(why, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		ok = fail(why, "not a file");
	else if (st.st_mode & 077)
		ok = fail(why, "others can read it; chmod 600 it");
	else
		ok = read_all(fd, text, why);
	close(fd);
	return ok;
}

/* Cuts the blanks off both ends of a line, which is changed. */
static char *trim(char *s)
{
	size_t n;

	s += strspn(s, " \t\r");
	n = strlen(s);
	while (n && strchr(" \t\r", s[n - 1]))
		s[--n] = '\0';
	return s;
}

static bool find_token(char *text, char **out, char *why)
{
	*out = NULL;
	for (char *line = text; line;) {
		char *end = strchr(line, '\n'), *eq;

		if (end)
			*end = '\0';
		eq = strchr(line, '=');
		if (eq)
			*eq = '\0';
		if (eq && strcmp(trim(line), "token") == 0) {
			if (*out)
				return fail(why, "token stands there twice");
			*out = trim(eq + 1);
		}
		line = end ? end + 1 : NULL;
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
	text = xmalloc(FILE_MAX + 1);
	if (slurp(path, text, why) && find_token(text, &token, why))
		secret = xstrdup(token);
	explicit_bzero(text, FILE_MAX + 1);
	free(text);
	return secret;
}

void secret_free(char *s)
{
	if (s)
		explicit_bzero(s, strlen(s));
	free(s);
}
