#include "base/secrets.h"

#include "base/file_readers.h"
#include "base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (64 * 1024)
#define BLANKS " \t\r\n"

static bool fail(char *why, const char *what)
{
	snprintf(why, SECRET_FILE_WHY, "%s", what);
	return false;
}

/*
 * The limit stops core files; a kernel that hands cores to a program asks only
 * whether the process is dumpable. If either call fails, nothing can be done.
 */
void secret_seal(void)
{
	const struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

static bool read_all(int fd, char *text, char *why)
{
	size_t n = 0;

	while (n <= FILE_MAX) {
		ssize_t got = read(fd, text + n, FILE_MAX + 1 - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(why, strerror(errno));
		if (got == 0) {
			text[n] = '\0';
			return strlen(text) == n ||
				fail(why, "a NUL byte in it");
		}
		n += (size_t)got;
	}
	return fail(why, "larger than 64 KiB");
}

/* The permissions of a pipe say nothing; it has one reader. */
static int open_private(const char *path, char *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	bool ok;

	if (fd < 0) {
		fail(why, strerror(errno));
		return -1;
	}
	if (fstat(fd, &st))
		ok = fail(why, strerror(errno));
	else
		ok = !S_ISREG(st.st_mode) || file_readers_alone(fd, path) ||
			fail(why, "others can read it; chmod 600 it");
	if (ok)
		return fd;
	close(fd);
	return -1;
}

char *secret_file_read(const char *path, char *why)
{
	int fd = open_private(path, why);
	char *text;
	bool ok;

	if (fd < 0)
		return NULL;
	text = xcalloc(1, FILE_MAX + 2);
	ok = read_all(fd, text, why);
	close(fd);
	if (ok)
		return text;
	secret_file_free(text);
	return NULL;
}

bool secret_file_private(const char *path, char *why)
{
	int fd = open_private(path, why);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

char *secret_file_trim(char *s)
{
	size_t n;

	s += strspn(s, BLANKS);
	n = strlen(s);
	while (n && strchr(BLANKS, s[n - 1]))
		s[--n] = '\0';
	return s;
}

bool secret_file_line(char **rest, int *number, char **key, char **value)
{
	while (*rest) {
		char *line = *rest, *end = strchr(line, '\n');

		if (end)
			*end = '\0';
		*rest = end ? end + 1 : NULL;
		++*number;
		*key = secret_file_trim(line);
		if (!**key || **key == '#')
			continue;
		*value = strchr(*key, '=');
		if (*value) {
			*(*value)++ = '\0';
			*value = secret_file_trim(*value);
			*key = secret_file_trim(*key);
		}
		return true;
	}
	return false;
}

/* Wipe all of it: secret_file_line leaves NUL bytes within the text. */
void secret_file_free(char *text)
{
	if (text)
		explicit_bzero(text, FILE_MAX + 2);
	free(text);
}
