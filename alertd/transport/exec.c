#include "transport/exec.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define BODY_MAX (1024 * 1024)
/* How often the child is polled. */
#define SHOW_MS 10
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

/* Starts it; its standard input is the other end of *to. 0 or an errno. */
static int start(char *const *argv, pid_t *pid, int *to)
{
	int fds[2], rc;

	/* With SIGCHLD ignored, the exit status of a child is lost. */
	if (signal(SIGCHLD, SIG_DFL) == SIG_ERR || pipe(fds))
		return errno;
	rc = spawn(argv, fds[0], pid);
	close(fds[0]);
	*to = fds[1];
	if (rc)
		close(fds[1]);
	return rc;
}

/* Write until `deadline`, as much as the command reads. */
static void feed(int fd, const char *p, size_t n, double deadline)
{
	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (n) {
		struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
		ssize_t done = write(fd, p, n);
		double left = deadline - clock_mono_ms();

		if (done > 0) {
			p += done;
			n -= (size_t)done;
			continue;
		}
		if ((errno != EAGAIN && errno != EINTR) || left <= 0)
			return;
		poll(&poll_fd, 1, (int)left + 1);
	}
}

static struct delivered await(pid_t pid, double deadline)
{
	struct timespec pause = {.tv_nsec = SHOW_MS * 1000000L};
	struct delivered r = {0};
	int status = 0;
	pid_t ended;

	while ((ended = waitpid(pid, &status, WNOHANG)) != pid) {
		if (ended < 0 && errno != EINTR)
			return fail("unable to await the command: ",
				strerror(errno));
		if (clock_mono_ms() >= deadline) {
			kill(-pid, SIGKILL);
			while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
				;
			return fail("the command ", "did not end in time");
		}
		nanosleep(&pause, NULL);
	}
	r.ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	if (WIFSIGNALED(status))
		snprintf(r.why, sizeof r.why, "the command died of signal %d",
			WTERMSIG(status));
	else if (!r.ok)
		snprintf(r.why, sizeof r.why, "the command exited with %d",
			WEXITSTATUS(status));
	return r;
}

struct delivered exec_send(char *const *argv, const char *body)
{
	double deadline = clock_mono_ms() + DELIVER_LIMIT_MS;
	struct delivered r;
	struct buf line;
	pid_t pid;
	int to = -1, rc;

	rc = start(argv, &pid, &to);
	if (rc)
		return fail("unable to start the command: ", strerror(rc));
	buf_init(&line, BODY_MAX);
	buf_str(&line, body);
	buf_char(&line, '\n');
	feed(to, line.p, line.len, deadline);
	close(to);
	buf_release(&line);
	r = await(pid, deadline);
	return r;
}
