#include "base/file_readers.h"

#include <endian.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
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

bool file_readers_alone(int fd, const char *path)
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
