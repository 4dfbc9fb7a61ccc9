/* SPDX-License-Identifier: MIT */
/*
 * outage_file.c: the folders of files on this machine, and the file of one
 * state in them.
 */
#include "state/backend.h"

#include "base/buf.h"
#include "base/files.h"
#include "base/log.h"
#include "base/sha256.h"
#include "base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 4096

/* The first of the folders that systemd.exec(5) names in the environment. */
static bool first_folder(const char *variable, char *path)
{
	const char *s = getenv(variable);

	if (!s || !*s)
		return false;
	snprintf(path, PATH_SIZE, "%.*s", (int)strcspn(s, ":"), s);
	return true;
}

/* A folder below the one that the environment names as an absolute path. */
static bool folder_below(const char *variable, char *path)
{
	const char *s = getenv(variable);

	if (!s || *s != '/')
		return false;
	snprintf(path, PATH_SIZE, "%s/mcp-fleet", s);
	return true;
}

int folder_open(enum folder f, bool make)
{
	char path[PATH_SIZE];

	if (f == FOLDER_MEMORY) {
		snprintf(path, sizeof path, "/mcp-fleet-%lu",
			(unsigned long)geteuid());
		return private_folder("/dev/shm", path, 022, make);
	}
	if (first_folder(f == FOLDER_STATE ? "STATE_DIRECTORY"
					  : "RUNTIME_DIRECTORY",
		    path))
		return private_folder(path, "", 022, make);
	if (folder_below(f == FOLDER_STATE ? "XDG_STATE_HOME" : "XDG_RUNTIME_DIR",
		    path))
		return private_folder("/", path, 022, make);
	if (f == FOLDER_RUN)
		return private_folder("/run", "/mcp-fleet", 022, make);
	return private_folder(getenv("HOME"), "/.local/state/mcp-fleet", 022,
		make);
}

#define TEXT_LIMIT (1024 * 1024)
/* So much of a digest tells stores apart. */
#define DIGEST_SHOWN 16
#define NAME_SIZE 64

/* It may be in each folder: in the next where one cannot be used, or is
   full. */
struct outage_file {
	int folders[FOLDERS], fds[FOLDERS]; /* -1: not open */
	char name[NAME_SIZE];
	struct buf text;
};

/* "store-<digest>" of the address, without what might be a password. */
static void name_of(const char *url, char *out)
{
	const char *rest = strstr(url, "://"), *at;
	char hex[SHA256_HEX];
	struct buf b;

	rest = rest ? rest + 3 : url;
	at = strrchr(rest, '@');
	buf_init(&b, strlen(url) + 1);
	buf_add(&b, url, (size_t)(rest - url));
	buf_str(&b, at ? at + 1 : rest);
	sha256_hex(b.p, b.len, hex);
	buf_release(&b);
	snprintf(out, NAME_SIZE, "store-%.*s", DIGEST_SHOWN, hex);
}

/* Whether the file that we have locked is still the one of that name. */
static bool current(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && st.st_nlink > 0;
}

/* Opens and locks it in that place. False, and errno: EWOULDBLOCK where
   another process has it. */
static bool open_alone(struct outage_file *l, enum folder place, bool make)
{
	int flags = O_RDWR | (make ? O_CREAT : 0), fd;

	errno = ENOENT;
	if (l->folders[place] < 0)
		l->folders[place] = folder_open(place, make);
	while (l->folders[place] >= 0) {
		fd = private_open(l->folders[place], l->name, flags);
		if (fd < 0)
			return false;
		if (flock(fd, LOCK_EX | LOCK_NB)) {
			close(fd);
			errno = EWOULDBLOCK;
			return false;
		}
		if (current(fd)) {
			l->fds[place] = fd;
			return true;
		}
		close(fd);
	}
	return false;
}

/* One line: what an interrupted write left behind it does not count. */
static void read_text(struct outage_file *l, int fd)
{
	buf_clear(&l->text);
	file_rest(&l->text, fd);
	if (l->text.len)
		l->text.p[strcspn(l->text.p, "\n")] = '\0';
}

/* Reads the newest, where there are several: a disk was full for a while. */
static void read_newest(struct outage_file *l)
{
	struct timespec newest = {0};

	for (int i = 0; i < FOLDERS; i++) {
		struct stat st;

		if (l->fds[i] < 0 || fstat(l->fds[i], &st) || !st.st_size ||
			st.st_mtim.tv_sec < newest.tv_sec ||
			(st.st_mtim.tv_sec == newest.tv_sec &&
				st.st_mtim.tv_nsec < newest.tv_nsec))
			continue;
		newest = st.st_mtim;
		read_text(l, l->fds[i]);
	}
}

struct outage_file *outage_file_open(const char *url, bool make)
{
	struct outage_file *l = xcalloc(1, sizeof *l);
	bool have = false, busy = false;

	name_of(url, l->name);
	buf_init(&l->text, TEXT_LIMIT);
	for (int i = 0; i < FOLDERS; i++)
		l->folders[i] = l->fds[i] = -1;
	for (int i = 0; i < FOLDERS && !busy; i++) {
		if (open_alone(l, (enum folder)i, make && !have))
			have = true;
		else
			busy = errno == EWOULDBLOCK;
	}
	if (have && !busy) {
		read_newest(l);
		return l;
	}
	if (make && !busy)
		log_warn("no private folder, so nobody is notified that the store "
			 "does not answer; see FILES");
	outage_file_close(l);
	return NULL;
}

void outage_file_close(struct outage_file *l)
{
	if (!l)
		return;
	for (int i = 0; i < FOLDERS; i++) {
		if (l->fds[i] >= 0)
			close(l->fds[i]);
		if (l->folders[i] >= 0)
			close(l->folders[i]);
	}
	buf_release(&l->text);
	free(l);
}

static void remove_but(struct outage_file *l, int place)
{
	for (int i = 0; i < FOLDERS; i++) {
		if (i == place || l->fds[i] < 0)
			continue;
		unlinkat(l->folders[i], l->name, 0);
		close(l->fds[i]);
		l->fds[i] = -1;
	}
}

void outage_file_remove(struct outage_file *l)
{
	remove_but(l, -1);
}

static bool file_read(void *arg, struct state_row *const *rows, size_t n)
{
	const struct outage_file *l = arg;

	for (size_t i = 0; i < n; i++)
		rows[i]->seen = xstrdup(l->text.p);
	return true;
}

/* Replaces the text, and with it what an interrupted write left behind. */
static bool replace_text(struct outage_file *l, const char *text)
{
	int why = 0;

	buf_clear(&l->text);
	buf_fmt(&l->text, "%s\n", text);
	for (int i = 0; i < FOLDERS && buf_ok(&l->text); i++) {
		if ((l->fds[i] >= 0 || open_alone(l, (enum folder)i, true)) &&
			pwrite(l->fds[i], l->text.p, l->text.len, 0) ==
				(ssize_t)l->text.len &&
			!ftruncate(l->fds[i], (off_t)l->text.len)) {
			l->text.p[l->text.len - 1] = '\0';
			remove_but(l, i);
			return true;
		}
		why = why ? why : errno;
	}
	log_warn("%s: %s; so nobody is notified that the store does not answer",
		l->name, strerror(why ? why : EFBIG));
	return false;
}

/* Because of the lock, nobody else can have written. */
static bool file_write(void *arg, struct state_row *const *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!replace_text(arg, rows[i]->text))
			return false;
	return true;
}

const struct state_backend file_backend = {
	.read = file_read,
	.write = file_write,
};
