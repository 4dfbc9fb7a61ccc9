/* SPDX-License-Identifier: MIT */
#include "transport/transport.h"

#include "base/buf.h"
#include "base/lines.h"
#include "base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/memfd.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define OLD_FDS 65536

/* The variables that a command inherits, as mcp-routes(5) lists them. */
static const char *const known[] = {"PATH", "HOME", "LANG", "TZ"};
#define KNOWN (sizeof known / sizeof *known)

static struct delivered fail(const char *what, const char *why)
{
	struct delivered r = {.down = true};

	snprintf(r.why, sizeof r.why, "%s%s", what, why);
	return r;
}

/* "PATH=/usr/bin" and so on, NULL behind them; environment_free it. */
static char **environment(void)
{
	char **list = xcalloc(KNOWN + 1, sizeof *list);
	size_t n = 0;

	for (size_t i = 0; i < KNOWN; i++) {
		const char *value = getenv(known[i]);
		struct buf b;

		if (!value)
			continue;
		buf_init(&b, strlen(known[i]) + strlen(value) + 2);
		buf_fmt(&b, "%s=%s", known[i], value);
		list[n++] = buf_take(&b);
	}
	return list;
}

static void environment_free(char **list)
{
	for (size_t i = 0; list[i]; i++)
		free(list[i]);
	free(list);
}

/*
 * No descriptor of ours is for the command. Not every library marks those that
 * it opens as it should, and whoever started us may have left some open.
 */
static void keep_to_ourselves(void)
{
	if (syscall(SYS_close_range, STDERR_FILENO + 1, ~0u,
		    CLOSE_RANGE_CLOEXEC) == 0)
		return;
	/* The kernel is too old for that. */
	for (int fd = STDERR_FILENO + 1; fd < OLD_FDS; fd++) {
		int flags = fcntl(fd, F_GETFD);

		if (flags >= 0)
			fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
	}
}

/*
 * Every signal does what it does by default and none is blocked, whatever
 * whoever started us made of them.
 */
static int spawn(char *const *argv, int input, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	char **env = environment();
	sigset_t all, none;
	int rc;

	keep_to_ourselves();
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP |
			POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setsigmask(&attr, &none);
	rc = posix_spawnp(pid, argv[0], &files, &attr, argv, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	environment_free(env);
	return rc;
}

/* A file in memory with the body and a newline, to be read from its beginning;
   or -1 and errno. */
static int input_of(const char *body)
{
	int fd = (int)syscall(SYS_memfd_create, "event", MFD_CLOEXEC);

	if (fd >= 0 && line_write(fd, body, strlen(body)) == 0 &&
		line_write(fd, "\n", 1) == 0 && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Starts it. 0 or an errno. */
static int start(char *const *argv, const char *body, pid_t *pid)
{
	int fd, rc;

	/* With SIGCHLD ignored, the exit status of a child is lost. */
	if (signal(SIGCHLD, SIG_DFL) == SIG_ERR)
		return errno;
	fd = input_of(body);
	if (fd < 0)
		return errno;
	rc = spawn(argv, fd, pid);
	close(fd);
	return rc;
}

/* A command that is under way. */
struct running {
	struct delivered *out;
	void (*ended)(void *arg);
	void *arg;
};

static void command_done(void *arg, int result)
{
	struct running *r = arg, own = *r;
	struct delivered *d = r->out;

	free(r);
	*d = (struct delivered) {.ok = result == 0};
	if (result == TRANSFER_LATE)
		*d = fail("the command ", "did not end in time");
	else if (WIFSIGNALED(result))
		snprintf(d->why, sizeof d->why, "the command died of signal %d",
			WTERMSIG(result));
	else if (!d->ok)
		snprintf(d->why, sizeof d->why, "the command exited with %d",
			WEXITSTATUS(result));
	/* A shell exits so if the program is not there, or is none. */
	d->mend = !d->ok && result != TRANSFER_LATE && WIFEXITED(result) &&
		(WEXITSTATUS(result) == 126 || WEXITSTATUS(result) == 127);
	d->down = d->down || d->mend;
	own.ended(own.arg);
}

bool exec_begin(struct transfers *t, char *const *argv, const char *body,
	struct delivered *out, void (*ended)(void *arg), void *arg)
{
	struct running *r;
	pid_t pid;
	int rc = start(argv, body, &pid);

	if (rc) {
		*out = fail("unable to start the command: ", strerror(rc));
		out->mend = rc == ENOENT || rc == EACCES || rc == ENOEXEC ||
			rc == ENOTDIR;
		return false;
	}
	r = xmalloc(sizeof *r);
	*r = (struct running) {out, ended, arg};
	transfers_command(t, pid, command_done, r);
	return true;
}
