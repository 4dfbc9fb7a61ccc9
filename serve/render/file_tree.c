/* SPDX-License-Identifier: MIT */
/*
 * file_tree.c: the list begins with a line that says when the site was whole,
 * then names a file a line. A name is added before its file is, so that a file
 * is known even if the program is killed in between.
 */
#include "render/file_tree.h"

#include "base/buf.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/num.h"
#include "base/strings.h"
#include "base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIST ".mcp-serve"
/* The name of a new file, before it takes its own. */
#define NEXT ".mcp-serve.next"
#define HEAD "mcp-serve 1 "
#define NAME_MAX_BYTES 600
/* Beyond the list of some hundred thousand servers. */
#define LIST_MAX (256u * 1024 * 1024)

static int fail(char *why, const char *what)
{
	snprintf(why, FILE_TREE_WHY, "%s: %s", what, strerror(errno));
	return -1;
}

static void files_add(struct file_tree_files *f, const char *name)
{
	f->v = xgrow(f->v, &f->cap, f->n + 1, sizeof *f->v);
	f->v[f->n++] = xstrdup(name);
}

static void files_sort(struct file_tree_files *f)
{
	if (f->n)
		qsort(f->v, f->n, sizeof *f->v, strings_order);
}

static bool files_has(const struct file_tree_files *f, const char *name)
{
	return f->n && bsearch(&name, f->v, f->n, sizeof *f->v, strings_order);
}

static void files_release(struct file_tree_files *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->v[i]);
	free(f->v);
	*f = (struct file_tree_files) {0};
}

/* Whether a name stays in the folder, whoever wrote it down. */
static bool harmless(const char *name)
{
	if (strlen(name) >= NAME_MAX_BYTES)
		return false;
	for (const char *p = name;; p++) {
		size_t n = strcspn(p, "/");

		if (!n || *p == '.')
			return false;
		p += n;
		if (!*p)
			return true;
	}
}

static int read_list(struct file_tree *s, char *why)
{
	struct lines *l = lines_new(s->list);
	enum lines_result rc;
	const char *p;
	size_t n;

	for (;;) {
		rc = lines_next(l, &p, &n);
		if (rc == LINES_TOO_LONG)
			continue;
		if (rc != LINES_LINE)
			break;
		if (lines_number(l) > 1 && harmless(p))
			files_add(&s->had, p);
		else if (strncmp(p, HEAD, strlen(HEAD)) == 0)
			num_decimal(p + strlen(HEAD), &s->made_at);
	}
	lines_free(l);
	files_sort(&s->had);
	return rc == LINES_END ? 0 : fail(why, LIST);
}

/* The list is read whole, and then added to. */
static int open_list(struct file_tree *s, char *why)
{
	static const char head[] = HEAD "0\n";
	struct stat st;

	s->list = openat(s->dir, LIST,
		O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (s->list < 0 || fstat(s->list, &st))
		return fail(why, LIST);
	if (!st.st_size && line_write(s->list, head, strlen(head)))
		return fail(why, LIST);
	if (lseek(s->list, 0, SEEK_SET) < 0)
		return fail(why, LIST);
	return read_list(s, why);
}

int file_tree_open(struct file_tree *s, const char *path, char *why)
{
	*s = (struct file_tree) {.dir = -1, .list = -1};
	s->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0) {
		bool none = errno == ENOENT || errno == ENOTDIR;

		fail(why, path);
		return none ? EXIT_USAGE : EXIT_ENV;
	}
	if (flock(s->dir, LOCK_EX | LOCK_NB)) {
		if (errno == EWOULDBLOCK)
			snprintf(why, FILE_TREE_WHY,
				"%.300s: another is at work", path);
		else
			fail(why, path);
		file_tree_release(s);
		return EXIT_ENV;
	}
	if (open_list(s, why)) {
		file_tree_release(s);
		return EXIT_ENV;
	}
	return EXIT_GOOD;
}

void file_tree_release(struct file_tree *s)
{
	if (s->list >= 0)
		close(s->list);
	if (s->dir >= 0)
		close(s->dir);
	files_release(&s->had);
	files_release(&s->has);
	*s = (struct file_tree) {.dir = -1, .list = -1};
}

/* Whether the file holds these bytes already. */
static bool holds(
	const struct file_tree *s, const char *name, const void *p, size_t n)
{
	int fd = openat(s->dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	char *now = NULL;
	size_t got = 0;
	ssize_t r = 1;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		(size_t)st.st_size == n) {
		now = xmalloc(n + 1);
		while (got < n && r > 0) {
			r = read(fd, now + got, n - got);
			got += r > 0 ? (size_t)r : 0;
		}
	}
	close(fd);
	got = now && got == n && memcmp(now, p, n) == 0;
	free(now);
	return got;
}

static int write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t w = write(fd, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -1;
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

static int replace(
	const struct file_tree *s, const char *name, const void *p, size_t n)
{
	int fd = openat(s->dir, NEXT,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	int rc;

	if (fd < 0)
		return -1;
	rc = write_all(fd, p, n);
	if (close(fd))
		rc = -1;
	return rc ? rc : renameat(s->dir, NEXT, s->dir, name);
}

static int make_folders(const struct file_tree *s, const char *name)
{
	char folder[NAME_MAX_BYTES];

	for (const char *p = strchr(name, '/'); p; p = strchr(p + 1, '/')) {
		snprintf(folder, sizeof folder, "%.*s", (int)(p - name), name);
		if (mkdirat(s->dir, folder, 0755) && errno != EEXIST)
			return -1;
	}
	return 0;
}

static int note(const struct file_tree *s, const char *name)
{
	char line[NAME_MAX_BYTES + 2];
	int n = snprintf(line, sizeof line, "%s\n", name);

	return line_write(s->list, line, (size_t)n);
}

static void say(const struct file_tree *s, const char *what, const char *name)
{
	if (s->verbose)
		printf("%s %s\n", what, name);
}

int file_tree_put(struct file_tree *s, const char *name, const void *p,
	size_t n, char *why)
{
	if (!harmless(name)) {
		errno = EINVAL;
		return fail(why, name);
	}
	if (!files_has(&s->had, name) && note(s, name))
		return fail(why, LIST);
	files_add(&s->has, name);
	if (holds(s, name, p, n))
		return 0;
	if (make_folders(s, name) || replace(s, name, p, n))
		return fail(why, name);
	say(s, "written", name);
	return 1;
}

bool file_tree_keep(struct file_tree *s, const char *name)
{
	if (!files_has(&s->had, name) || faccessat(s->dir, name, F_OK, 0))
		return false;
	files_add(&s->has, name);
	return true;
}

/* The file, and the folders that hold nothing any more. */
static int take_away(const struct file_tree *s, const char *name)
{
	char folder[NAME_MAX_BYTES];
	char *slash;

	if (unlinkat(s->dir, name, 0) == 0)
		say(s, "removed", name);
	else if (errno != ENOENT)
		return -1;
	snprintf(folder, sizeof folder, "%s", name);
	while ((slash = strrchr(folder, '/'))) {
		*slash = '\0';
		if (unlinkat(s->dir, folder, AT_REMOVEDIR))
			break;
	}
	return 0;
}

static int write_list(const struct file_tree *s, double at)
{
	struct buf b;
	int rc = -1;

	buf_init(&b, LIST_MAX);
	buf_fmt(&b, HEAD "%.0f\n", at);
	for (size_t i = 0; i < s->has.n; i++)
		buf_fmt(&b, "%s\n", s->has.v[i]);
	if (buf_ok(&b))
		rc = replace(s, LIST, b.p, b.len);
	else
		errno = EFBIG;
	buf_release(&b);
	return rc;
}

int file_tree_finish(struct file_tree *s, double at, char *why)
{
	files_sort(&s->has);
	for (size_t i = 0; i < s->had.n; i++)
		if (!files_has(&s->has, s->had.v[i]) &&
			take_away(s, s->had.v[i]))
			return fail(why, s->had.v[i]);
	return write_list(s, at) ? fail(why, LIST) : 0;
}
