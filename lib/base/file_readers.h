/*
 * file_readers.h: who can read a file: by its owner, mode, access control list
 * and the members of its group.
 */
#ifndef BASE_FILE_READERS_H
#define BASE_FILE_READERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* An access control list as Linux keeps it (acl(5)). */
#define READERS_ACL "system.posix_acl_access"
#define READERS_ACL_MAX 1024 /* bytes; a longer one is not read */

/*
 * Who asks, and who can read the file. Root and its owner always can; of other
 * users only `me` may, or, if root asks, one user.
 */
struct file_readers {
	uid_t owner, me;
	gid_t group;
	/* file_readers_note each member of a group. */
	void (*members)(struct file_readers *r, gid_t group);
	bool found, many;
	uid_t other;
};

/* file_readers_note(r, user): that user can read it. */
void file_readers_note(struct file_readers *r, uid_t user);

/*
 * file_readers_acl_alone(r, acl, n): whether an access control list of n bytes
 * lets nobody else read or write; false if it is malformed.
 */
bool file_readers_acl_alone(struct file_readers *r, const void *acl, size_t n);

/*
 * file_readers_alone(fd, path): whether nobody else can read the open regular
 * file, and its group cannot write it. A file of ours must be for its owner
 * alone. A file of root may have an access control list, or a group without other
 * members: systemd(1) and Kubernetes hand over such secrets. A file in
 * CREDENTIALS_DIRECTORY may have any group. path: where it was opened.
 */
bool file_readers_alone(int fd, const char *path);

#endif
