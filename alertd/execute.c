#include "execute.h"

#include "buf.h"
#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BODY_MAX (1024 * 1024)
/* How often it is looked at. */
#define LOOK_MS 10

extern char **environ;

static struct delivered fail(const char *what, const char *why)
{
	struct delivered r = {.down = true};

	snprintf(r.why, sizeof r.why, "%s%s", what, why);
	return r;
}

/*
 * Nothing of ours but the pipe is for the command. Not every library marks its
 * descriptors as it should, so they are marked here.
 */
static void keep_to_ourselves(void)
{
	for (int fd = STDERR_FILENO + 1; fd < 1024; fd++) {
		int flags = fcntl(fd, F_GETFD);

		if (flags >= 0)
			fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
	}
}

/* Starts it; its standard input is the other end of *to. 0 or an errno. */
static int start(char *const *argv, pid_t *pid, int *to)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t pipe_only, none;
	int fds[2], rc;

	if (pipe(fds))
		return errno;
	keep_to_ourselves();
	sigemptyset(&none);
	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, fds[0], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP |
			POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigdefault(&attr, &pipe_only);
	posix_spawnattr_setsigmask(&attr, &none);
	rc = posix_spawnp(pid, argv[0], &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	close(fds[0]);
	*to = fds[1];
	if (rc)
		close(fds[1]);
	return rc;
}

/* Writes until `deadline`; what it does not want to read it need not. */
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

static bool ended(pid_t pid, int *status)
{
	return waitpid(pid, status, WNOHANG) == pid;
}

static struct delivered await(pid_t pid, double deadline)
{
	struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
	struct delivered r = {0};
	int status = 0;

	while (!ended(pid, &status)) {
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

struct delivered execute_send(char *const *argv, const char *body)
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
