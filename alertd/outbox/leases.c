/* SPDX-License-Identifier: MIT */
#include "outbox/outbox.h"

#include "base/log.h"
#include "base/num.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The files of these names, as text. */
extern const char lua_take_lease[];
extern const char lua_drop_lease[];

static enum lease_result lease_failed(const struct store *s)
{
	log_error("%s", store_why(s));
	return LEASE_STORE_FAILED;
}

enum lease_result lease_take(struct store *s, const char *route,
	const char *us)
{
	char key[KEY_MAX], them[OWNER_SIZE] = "", ttl[16];
	const struct store_reply *r;

	key_digest(key, route);
	r = store_one(s, "GET", key, NULL);
	if (!r)
		return lease_failed(s);
	if (store_text(r) && owner_gone(us, store_text(r)))
		snprintf(them, sizeof them, "%s", store_text(r));
	snprintf(ttl, sizeof ttl, "%d", RETENTION_DIGEST_S);
	r = store_one(s, "EVAL", lua_take_lease, "1", key, us, them, ttl, NULL);
	if (!r)
		return lease_failed(s);
	return store_int(r, 0) == 1 ? LEASE_OURS : LEASE_THEIRS;
}

void lease_drop(struct store *s, const char *route, const char *us)
{
	char key[KEY_MAX];

	key_digest(key, route);
	if (!store_one(s, "EVAL", lua_drop_lease, "1", key, us, NULL))
		log_error("%s", store_why(s));
}

#define STAT_MAX 1024
/* proc(5): where the fields of /proc/PID/stat stand behind the name. */
#define FIELD_STATE 1
#define FIELD_STARTED 20

/* The n-th word of s, or "". */
static const char *nth_word(const char *s, int n)
{
	for (; n > 1; n--) {
		s += strcspn(s, " ");
		s += strspn(s, " ");
	}
	return s;
}

/* Start time of a process that has ended but not been reaped. */
#define STARTED_NEVER (-1)

/* When a process started, in clock ticks since boot. False: it is not seen. */
static bool process_started(long long pid, long long *at)
{
	char path[64], text[STAT_MAX], field[32];
	const char *p;
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%lld/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	/* The name may hold anything, but nothing behind it holds this. */
	p = strrchr(text, ')');
	if (!p || p[1] != ' ')
		return false;
	p += 2;
	*at = STARTED_NEVER;
	if (*nth_word(p, FIELD_STATE) == 'Z' || *nth_word(p, FIELD_STATE) == 'X')
		return true;
	p = nth_word(p, FIELD_STARTED);
	snprintf(field, sizeof field, "%.*s", (int)strcspn(p, " "), p);
	return num_parse(field, 0, LLONG_MAX, at);
}

void owner_name(char *out)
{
	char host[65] = "";
	unsigned long long space = 0;
	long long at = 0;
	struct stat st;

	gethostname(host, sizeof host - 1);
	/* Two containers may share a host name, but not this. */
	if (stat("/proc/self/ns/pid", &st) == 0)
		space = st.st_ino;
	process_started(getpid(), &at);
	snprintf(out, OWNER_SIZE, "%s/%llu/%lld/%ld", host, space, at,
		(long)getpid());
}

/* The length of "host/namespace/" of a name; 0 where it has none. */
static size_t namespace_length(const char *name)
{
	const char *slash = strchr(name, '/');

	slash = slash ? strchr(slash + 1, '/') : NULL;
	return slash ? (size_t)(slash - name) + 1 : 0;
}

bool owner_gone(const char *us, const char *them)
{
	size_t n = namespace_length(us);
	long long pid, at, now;
	char field[32];

	if (!n || strncmp(us, them, n) != 0)
		return false;
	them += n;
	snprintf(field, sizeof field, "%.*s", (int)strcspn(them, "/"), them);
	them += strcspn(them, "/");
	if (*them++ != '/' || !num_parse(field, 1, LLONG_MAX, &at))
		return false;
	snprintf(field, sizeof field, "%.*s", (int)strcspn(them, "/"), them);
	if (!num_parse(field, 1, INT_MAX, &pid))
		return false;
	if (process_started(pid, &now))
		return now != at;
	/* Another user's may be hidden from us. */
	return kill((pid_t)pid, 0) && errno == ESRCH;
}
