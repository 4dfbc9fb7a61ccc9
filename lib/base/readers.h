/*
 * readers.h: who can read a file, by its owner, its mode, its access control
 * list and the members of its group.
 */
#ifndef BASE_READERS_H
#define BASE_READERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* An access control list as Linux keeps it (acl(5)). */
#define READERS_ACL "system.posix_acl_access"
#define READERS_ACL_MAX 1024 /* bytes; a longer one is not read */

/*
 * Who asks, and who can read it. Root and the owner always can; of others that
 * is to be `me` alone, or where root asks, one user, whom it is for.
 */
struct readers {
	uid_t owner, me;
	gid_t group;
	/* readers_note each member of a group. */
	void (*members)(struct readers *r, gid_t group);
	bool found, many;
	uid_t other;
};

/* readers_note(r, user): that user can read it. */
void readers_note(struct readers *r, uid_t user);

/*
 * readers_acl_alone(r, acl, n): whether a list of n bytes lets nobody else read
 * or write. False where it is no such list.
 */
bool readers_acl_alone(struct readers *r, const void *acl, size_t n);

/*
 * readers_alone(fd, path): whether nobody else can read an open regular file,
 * and nobody of its group can write it. A file of ours is for its owner alone.
 * One of root may have a list, or a group without other members, as what
 * systemd(1) and Kubernetes hand over has; and what lies in
 * CREDENTIALS_DIRECTORY a group. path: where it was opened.
 */
bool readers_alone(int fd, const char *path);

#endif
