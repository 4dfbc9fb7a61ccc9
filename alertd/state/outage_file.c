#include "state/outage_file.h"

#include "base/buf.h"
#include "base/files.h"
#include "base/log.h"
#include "base/sha256.h"
#include "base/xalloc.h"
#include "state/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_LIMIT (1024 * 1024)
/* So much of a digest tells stores apart. */
#define DIGEST_SHOWN 16
#define NAME_SIZE 64
#define PATH_SIZE 4096

struct outage_file {
	int folder, fd;
	char name[NAME_SIZE];
	struct buf text;
};

/* The folder of mcp-alert(1); or -1. */
static int open_folder(bool make)
{
	const char *given = getenv("STATE_DIRECTORY");
	const char *data = getenv("XDG_STATE_HOME");
	char path[PATH_SIZE];

	/* Others may look: there is no secret here. */
	if (given && *given) {
		/* systemd.exec(5): the first of several. */
		snprintf(path, sizeof path, "%.*s", (int)strcspn(given, ":"),
			given);
		return private_folder(path, "", 022, make);
	}
	if (data && *data == '/') {
		snprintf(path, sizeof path, "%s/mcp-fleet", data);
		return private_folder("/", path, 022, make);
	}
	return private_folder(getenv("HOME"), "/.local/state/mcp-fleet", 022,
		make);
}

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

/* Opened and locked; -1 and errno. */
static int open_alone(const struct outage_file *l, bool make)
{
	int fd, flags = O_RDWR | (make ? O_CREAT : 0);

	for (;;) {
		fd = private_open(l->folder, l->name, flags);
		if (fd < 0)
			return -1;
		if (flock(fd, LOCK_EX | LOCK_NB)) {
			close(fd);
			errno = EWOULDBLOCK;
			return -1;
		}
		if (current(fd))
			return fd;
		close(fd);
	}
}

/* One line: what an interrupted write left behind it does not count. */
static bool read_text(struct outage_file *l)
{
	char piece[4096];
	ssize_t n;

	while ((n = read(l->fd, piece, sizeof piece)) > 0)
		buf_add(&l->text, piece, (size_t)n);
	if (n < 0)
		return false;
	if (l->text.len)
		l->text.p[strcspn(l->text.p, "\n")] = '\0';
	return true;
}

struct outage_file *outage_file_open(const char *url, bool make)
{
	struct outage_file *l = xcalloc(1, sizeof *l);

	l->fd = -1;
	name_of(url, l->name);
	buf_init(&l->text, TEXT_LIMIT);
	l->folder = open_folder(make);
	if (l->folder < 0) {
		if (make)
			log_warn("no private folder, so nobody is told that "
				 "the store does not answer; see FILES");
	} else {
		l->fd = open_alone(l, make);
		if (l->fd >= 0 && read_text(l))
			return l;
		if (errno != EWOULDBLOCK && (make || errno != ENOENT))
			log_warn("%s: %s; so nobody is told that the store "
				 "does not answer; see FILES",
				l->name, strerror(errno));
	}
	outage_file_close(l);
	return NULL;
}

void outage_file_close(struct outage_file *l)
{
	if (!l)
		return;
	if (l->fd >= 0)
		close(l->fd);
	if (l->folder >= 0)
		close(l->folder);
	buf_release(&l->text);
	free(l);
}

void outage_file_remove(struct outage_file *l)
{
	unlinkat(l->folder, l->name, 0);
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
	buf_clear(&l->text);
	buf_fmt(&l->text, "%s\n", text);
	if (!buf_ok(&l->text))
		errno = EFBIG;
	else if (pwrite(l->fd, l->text.p, l->text.len, 0) ==
			(ssize_t)l->text.len &&
		!ftruncate(l->fd, (off_t)l->text.len)) {
		l->text.p[l->text.len - 1] = '\0';
		return true;
	}
	log_warn("%s: %s; so nobody is told that the store does not answer",
		l->name, strerror(errno));
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
