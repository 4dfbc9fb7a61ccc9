/* SPDX-License-Identifier: MIT */
/*
 * kept_folder and private_folder of scripts/mcp-fleet look for the copy in the
 * same places, in the same order.
 */
#include "last_good.h"

#include "base/buf.h"
#include "base/files.h"
#include "base/log.h"
#include "base/sha256.h"
#include "conf/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_DIGITS 16 /* of the digest of the path */
#define OTHERS_WRITE 022

/* Append the absolute path; the file may be missing, its folder not. */
static void put_absolute(struct buf *b, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *whole = realpath(path, NULL), *folder;
	struct buf dir;

	if (whole) {
		buf_str(b, whole);
		free(whole);
		return;
	}
	buf_init(&dir, PATH_MAX);
	buf_add(&dir, slash ? path : ".",
		slash ? (size_t)(slash - path) + 1 : 1);
	folder = realpath(dir.p, NULL);
	if (folder)
		buf_fmt(b, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder,
			slash ? slash + 1 : path);
	free(folder);
	buf_release(&dir);
}

/* Append the name of the folder of the copy: "/.kept-" and 16 digits. */
static void put_folder(struct buf *b, const char *path)
{
	char hex[SHA256_HEX];
	struct buf whole;

	buf_init(&whole, PATH_MAX);
	put_absolute(&whole, path);
	buf_char(&whole, '\n');
	sha256_hex(whole.p, whole.len, hex);
	buf_fmt(b, "/.kept-%.*s", NAME_DIGITS, hex);
	buf_release(&whole);
}

/* Whether the folder has a copy of ours; *whose gets another owner. */
static bool is_there(const char *folder, uid_t *whose)
{
	int fd = private_folder(folder, "", OTHERS_WRITE, false);
	int file = fd < 0 ? -1 : private_open(fd, "fleet.yaml", O_RDONLY);
	bool there = file >= 0;
	struct stat st;

	if (fd < 0 && errno == EPERM && !stat(folder, &st) &&
		st.st_uid != geteuid())
		*whose = st.st_uid;
	if (file >= 0)
		close(file);
	if (fd >= 0)
		close(fd);
	return there;
}

/* Web servers do not set HOME for a CGI. */
static const char *home(void)
{
	const char *said = getenv("HOME");
	const struct passwd *user;

	if (said && *said)
		return said;
	user = getpwuid(geteuid());
	return user ? user->pw_dir : "";
}

/* Find the copy; *out gets its path. False where there is none of ours. */
static bool find_copy(const char *path, struct buf *out, uid_t *whose)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *unit = getenv("STATE_DIRECTORY");
	char own[64];
	const struct {
		const char *base, *below;
	} places[] = {
		{state, "/mcp-fleet"},
		{unit, ""},
		{"/var/lib/mcp-fleet", ""},
		{home(), "/.local/state/mcp-fleet"},
		{own, "/spool"},
	};

	snprintf(own, sizeof own, "/tmp/mcp-fleet-%ld", (long)geteuid());
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		const char *base = places[i].base;

		if (!base || *base != '/')
			continue;
		buf_clear(out);
		buf_add(out, base, strcspn(base, base == unit ? ":" : ""));
		buf_str(out, places[i].below);
		put_folder(out, path);
		if (buf_ok(out) && is_there(out->p, whose)) {
			buf_str(out, "/fleet.yaml");
			return buf_ok(out);
		}
	}
	return false;
}

/* The copy; NULL where there is none of ours. */
static struct conf *load_copy(const char *path)
{
	uid_t nobody = (uid_t)-1, whose = nobody;
	const struct passwd *user;
	struct conf *conf = NULL;
	struct buf kept;

	buf_init(&kept, PATH_MAX);
	if (find_copy(path, &kept, &whose)) {
		log_warn("%s is refused: the last good one is used, %s", path,
			kept.p);
		conf = conf_load(kept.p);
	} else if (whose != nobody) {
		user = getpwuid(whose);
		log_error("%s has the last good configuration: run this as "
			  "that user",
			user ? user->pw_name : "another user");
	}
	buf_release(&kept);
	return conf;
}

struct conf *conf_load_or_last_good(const char *path)
{
	struct conf *conf = conf_load(path);

	return conf ? conf : load_copy(path);
}
