/* SPDX-License-Identifier: MIT */
#include "base/secrets.h"

#include "base/xalloc.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define VERSION_2 2
#define ENTRY 8 /* bytes: tag, permissions, id */
enum tag {
	TAG_OWNER = 1,
	TAG_USER = 2,
	TAG_GROUP_OF_FILE = 4,
	TAG_GROUP = 8,
	TAG_MASK = 16,
	TAG_OTHER = 32
};
/* Permissions that count: reading and writing. */
#define MATTERS 06

struct entry {
	enum tag tag;
	unsigned allows;
	uint32_t id;
};

static struct entry entry_at(const unsigned char *p)
{
	uint16_t tag, allows;
	uint32_t id;

	memcpy(&tag, p, sizeof tag);
	memcpy(&allows, p + 2, sizeof allows);
	memcpy(&id, p + 4, sizeof id);
	return (struct entry) {
		(enum tag)le16toh(tag), le16toh(allows), le32toh(id)};
}

void file_readers_note(struct file_readers *r, uid_t user)
{
	if (user == 0 || user == r->owner || user == r->me)
		return;
	r->many = r->many || r->me != 0 || (r->found && r->other != user);
	r->found = true;
	r->other = user;
}

static void note_entry(struct file_readers *r, const struct entry *e)
{
	switch (e->tag) {
	case TAG_OWNER:
	case TAG_MASK:
		return;
	case TAG_USER:
		file_readers_note(r, (uid_t)e->id);
		return;
	case TAG_GROUP_OF_FILE:
		r->members(r, r->group);
		return;
	case TAG_GROUP:
		r->members(r, (gid_t)e->id);
		return;
	case TAG_OTHER:
		break;
	}
	r->many = true;
}

bool file_readers_acl_alone(struct file_readers *r, const void *acl, size_t n)
{
	const unsigned char *p = acl;
	uint32_t version;
	unsigned mask = 07;

	if (n < sizeof version || (n - sizeof version) % ENTRY)
		return false;
	memcpy(&version, p, sizeof version);
	if (le32toh(version) != VERSION_2)
		return false;
	for (size_t at = sizeof version; at < n; at += ENTRY) {
		struct entry e = entry_at(p + at);

		if (e.tag == TAG_MASK)
			mask = e.allows;
	}
	for (size_t at = sizeof version; at < n; at += ENTRY) {
		struct entry e = entry_at(p + at);

		if (e.tag != TAG_OTHER)
			e.allows &= mask;
		if (e.allows & MATTERS)
			note_entry(r, &e);
	}
	return !r->many;
}

static void members(struct file_readers *r, gid_t group)
{
	const struct group *g = getgrgid(group);
	const struct passwd *p;

	/* A name that no user has can read nothing. */
	for (char **m = g ? g->gr_mem : NULL; m && *m; m++) {
		p = getpwnam(*m);
		if (p)
			file_readers_note(r, p->pw_uid);
	}
	setpwent();
	while ((p = getpwent()))
		if (p->pw_gid == group)
			file_readers_note(r, p->pw_uid);
	endpwent();
}

/* Whether systemd(1) has put it into this process's CREDENTIALS_DIRECTORY. */
static bool handed_over(const char *path)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	size_t n = folder ? strlen(folder) : 0;

	while (n && folder[n - 1] == '/')
		n--;
	return n && *folder == '/' && strncmp(path, folder, n) == 0 &&
		path[n] == '/' && !strstr(path + n, "/../");
}

/*
 * Whether nobody else can read the open regular file, and its group cannot
 * write it. A file of ours must be for its owner alone. A file of root may
 * have an access control list, or a group without other members: systemd(1)
 * and Kubernetes hand over such secrets. A file in CREDENTIALS_DIRECTORY may
 * have any group. path: where it was opened.
 */
static bool file_readers_alone(int fd, const char *path)
{
	unsigned char acl[READERS_ACL_MAX];
	struct file_readers r = {.me = geteuid(), .members = members};
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) || st.st_mode & 037)
		return false;
	if (!(st.st_mode & 040) || handed_over(path))
		return true;
	/* Root asks for a file of root: somebody made it by hand, and can chmod it. */
	if (st.st_uid != 0 ||
		(r.me == 0 && st.st_gid == 0 && st.st_mode & S_IWUSR))
		return false;
	r.owner = st.st_uid;
	r.group = st.st_gid;
	n = fgetxattr(fd, READERS_ACL, acl, sizeof acl);
	if (n >= 0)
		return file_readers_acl_alone(&r, acl, (size_t)n);
	if (errno != ENODATA && errno != ENOTSUP)
		return false;
	members(&r, r.group);
	return !r.many;
}

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
				fail(why, "contains a NUL byte");
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
