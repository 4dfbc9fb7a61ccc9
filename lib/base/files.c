/* SPDX-License-Identifier: MIT */
#include "base/files.h"

#include "base/buf.h"
#include "base/lines.h"
#include "base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 4096

/*
 * fd; or -1, and it is closed: another type, another user, or open to others.
 */
static int ours(int fd, mode_t type, mode_t others)
{
	struct stat st;

	if (fd < 0)
		return -1;
	if (!fstat(fd, &st) && (st.st_mode & S_IFMT) == type &&
		st.st_uid == geteuid() && !(st.st_mode & others))
		return fd;
	close(fd);
	errno = EPERM;
	return -1;
}

int private_folder(const char *base, const char *below, mode_t others,
	bool make)
{
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	char path[PATH_SIZE];
	int n;

	if (!base || *base != '/')
		return -1;
	n = snprintf(path, sizeof path, "%s%s", base, below);
	if (n < 0 || (size_t)n >= sizeof path)
		return -1;
	for (char *p = path + strlen(base); make && *p;) {
		size_t len = strcspn(p + 1, "/") + 1;
		char after = p[len];

		p[len] = '\0';
		mkdir(path, 0700);
		p[len] = after;
		p += len;
	}
	/* base itself may be a link; what is below it may not. */
	if (*below)
		flags |= O_NOFOLLOW;
	return ours(open(path, flags), S_IFDIR, others);
}

int private_open(int folder, const char *name, int flags)
{
	return ours(openat(folder, name,
			    flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600),
		S_IFREG, 077);
}

/* As file_text, of an open file. */
static char *text_of(int fd, size_t max, size_t *n, const char **why)
{
	char *text = xmalloc(max + 3);
	ssize_t got = 0;

	for (*n = 0; *n <= max; *n += (size_t)got) {
		got = read(fd, text + *n, max + 1 - *n);
		if (got <= 0)
			break;
	}
	text[*n] = '\0';
	if (got >= 0)
		return text;
	*why = strerror(errno);
	free(text);
	return NULL;
}

char *file_text(const char *path, size_t max, size_t *n, const char **why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char *text = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		*why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		*why = "not a regular file";
	else
		text = text_of(fd, max, n, why);
	if (fd >= 0)
		close(fd);
	return text;
}

int file_rest(struct buf *b, int fd)
{
	char piece[65536];
	ssize_t n = 1;

	while (n && buf_ok(b)) {
		n = read(fd, piece, sizeof piece);
		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0)
			buf_add(b, piece, (size_t)n);
	}
	return 0;
}

int file_whole(struct buf *b, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc, saved;

	if (fd < 0)
		return -1;
	rc = file_rest(b, fd);
	saved = errno;
	close(fd);
	errno = saved;
	return rc;
}

int file_replace(const char *path, const char *p, size_t n)
{
	size_t size = strlen(path) + 16;
	char *temp = xmalloc(size);
	int fd, rc = -1, saved;

	snprintf(temp, size, "%s.%ld", path, (long)getpid());
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd >= 0) {
		rc = line_write(fd, p, n) || fsync(fd) ? -1 : 0;
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
