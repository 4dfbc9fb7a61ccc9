/* SPDX-License-Identifier: MIT */
/*
 * Goal: lines come out as they went in, in whatever pieces they arrive; a line
 * that is too long takes no more memory than the longest one; a line is written
 * whole though the pipe is full and signals come.
 */
#include "base/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void put(int fd, const char *p, size_t n)
{
	if (line_write(fd, p, n) != 0)
		_exit(1);
}

/* A line of n bytes of x, its newline included. */
static void put_long(int fd, size_t n)
{
	char *p = malloc(n);

	if (!p)
		_exit(1);
	memset(p, 'x', n);
	p[n - 1] = '\n';
	put(fd, p, n);
	free(p);
}

/* A reader of what `writer` writes, in a process of its own. */
static struct lines *reader(void (*writer)(int fd), int *fd, pid_t *pid)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	*pid = fork();
	assert_int_not_equal(*pid, -1);
	if (*pid == 0) {
		close(fds[0]);
		writer(fds[1]);
		_exit(0);
	}
	close(fds[1]);
	*fd = fds[0];
	return lines_new(fds[0]);
}

static void finish(struct lines *l, int fd, pid_t pid)
{
	int status;

	lines_free(l);
	close(fd);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void expect(struct lines *l, enum lines_result result,
	const char *expected, size_t size)
{
	const char *p = NULL;
	size_t n = 0;

	assert_int_equal(lines_next(l, &p, &n), result);
	if (result != LINES_LINE)
		return;
	assert_int_equal(n, size);
	if (expected)
		assert_memory_equal(p, expected, size);
	assert_int_equal(p[n], '\0');
}

static void write_simple(int fd)
{
	static const char text[] = "one\n\ntwo\r\n\0a\0\nno newline";

	put(fd, text, sizeof text - 1);
}

static void test_simple(void **state)
{
	pid_t pid;
	int fd;
	struct lines *l = reader(write_simple, &fd, &pid);

	(void)state;
	assert_int_equal(lines_number(l), 0);
	expect(l, LINES_LINE, "one", 3);
	assert_int_equal(lines_number(l), 1);
	expect(l, LINES_LINE, "", 0);
	expect(l, LINES_LINE, "two\r", 4);
	expect(l, LINES_LINE, "\0a\0", 3);
	assert_int_equal(lines_number(l), 4);
	expect(l, LINES_LINE, "no newline", 10);
	assert_int_equal(lines_number(l), 5);
	expect(l, LINES_END, NULL, 0);
	expect(l, LINES_END, NULL, 0);
	assert_int_equal(lines_number(l), 5);
	finish(l, fd, pid);
}

static void write_nothing(int fd)
{
	(void)fd;
}

static void test_nothing(void **state)
{
	pid_t pid;
	int fd;
	struct lines *l = reader(write_nothing, &fd, &pid);

	(void)state;
	expect(l, LINES_END, NULL, 0);
	finish(l, fd, pid);
}

/* Lines around the limit, so that each boundary of the buffer is met. */
static void write_lengths(int fd)
{
	put(fd, "a\n", 2);
	put_long(fd, LINE_MAX_BYTES);
	put_long(fd, LINE_MAX_BYTES - 1);
	put_long(fd, LINE_MAX_BYTES + 1);
	put(fd, "b\n", 2);
	put_long(fd, 5 * LINE_MAX_BYTES + 7);
	put_long(fd, 2 * LINE_MAX_BYTES);
	for (int i = 0; i < 100000; i++)
		put(fd, "0123456789abcdefghijklmnopqrstuvwxyz\n", 37);
	put_long(fd, LINE_MAX_BYTES);
	put(fd, "c", 1);
}

static void test_lengths(void **state)
{
	pid_t pid;
	int fd;
	struct lines *l = reader(write_lengths, &fd, &pid);

	(void)state;
	expect(l, LINES_LINE, "a", 1);
	expect(l, LINES_LINE, NULL, LINE_MAX_BYTES - 1);
	expect(l, LINES_LINE, NULL, LINE_MAX_BYTES - 2);
	expect(l, LINES_TOO_LONG, NULL, 0);
	assert_int_equal(lines_number(l), 4);
	expect(l, LINES_LINE, "b", 1);
	expect(l, LINES_TOO_LONG, NULL, 0);
	expect(l, LINES_TOO_LONG, NULL, 0);
	for (int i = 0; i < 100000; i++)
		expect(l, LINES_LINE, "0123456789abcdefghijklmnopqrstuvwxyz",
			36);
	expect(l, LINES_LINE, NULL, LINE_MAX_BYTES - 1);
	expect(l, LINES_LINE, "c", 1);
	assert_int_equal(lines_number(l), 100009);
	expect(l, LINES_END, NULL, 0);
	finish(l, fd, pid);
}

/* A line at the limit that lacks its newline is too long by one. */
static void write_unfinished(int fd)
{
	put_long(fd, LINE_MAX_BYTES);
	for (int i = 0; i < LINE_MAX_BYTES / 32; i++)
		put(fd, "0123456789abcdef0123456789abcdef", 32);
}

static void test_unfinished(void **state)
{
	pid_t pid;
	int fd;
	struct lines *l = reader(write_unfinished, &fd, &pid);

	(void)state;
	expect(l, LINES_LINE, NULL, LINE_MAX_BYTES - 1);
	expect(l, LINES_TOO_LONG, NULL, 0);
	assert_int_equal(lines_number(l), 2);
	expect(l, LINES_END, NULL, 0);
	finish(l, fd, pid);
}

/* A line can be read as soon as its newline came; an error loses nothing. */
static void test_pieces(void **state)
{
	struct lines *l;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
	l = lines_new(fds[0]);
	assert_int_equal(line_write(fds[1], "ab", 2), 0);
	expect(l, LINES_ERROR, NULL, 0);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(line_write(fds[1], "c\nd", 3), 0);
	expect(l, LINES_LINE, "abc", 3);
	expect(l, LINES_ERROR, NULL, 0);
	assert_int_equal(line_write(fds[1], "\n", 1), 0);
	expect(l, LINES_LINE, "d", 1);
	close(fds[1]);
	expect(l, LINES_END, NULL, 0);
	assert_int_equal(lines_number(l), 2);
	close(fds[0]);
	lines_free(l);
}

static void test_errors(void **state)
{
	struct lines *l = lines_new(-1);

	(void)state;
	expect(l, LINES_ERROR, NULL, 0);
	assert_int_equal(errno, EBADF);
	lines_free(l);
	assert_int_equal(line_write(-1, "\n", 1), -1);
	assert_int_equal(errno, EBADF);
}

static volatile sig_atomic_t signals;

static void on_signal(int sig)
{
	(void)sig;
	signals++;
}

/* Counts the bytes x; sends the writer a signal before every read. */
static void read_and_disturb(int fd, pid_t writer, size_t expected)
{
	static char p[16384];
	size_t total = 0;
	ssize_t n;

	do {
		kill(writer, SIGUSR1);
		n = read(fd, p, sizeof p);
		for (ssize_t i = 0; i < n; i++)
			total += p[i] == 'x';
	} while (n > 0);
	_exit(n < 0 || total != expected);
}

/* A full pipe and a signal: write(2) returns early, or with EINTR. */
static void test_write_disturbed(void **state)
{
	struct sigaction sa = {.sa_handler = on_signal}, old;
	const size_t size = 4 * LINE_MAX_BYTES;
	pid_t writer = getpid(), pid;
	int fds[2], status;

	(void)state;
	sigaction(SIGUSR1, &sa, &old);
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		close(fds[1]);
		read_and_disturb(fds[0], writer, size - 1);
	}
	close(fds[0]);
	put_long(fds[1], size);
	close(fds[1]);
	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	assert_int_equal(status, 0);
	assert_true(signals > 0);
	sigaction(SIGUSR1, &old, NULL);
}

static void disturb_and_write(int fd)
{
	for (int i = 0; i < 1000; i++) {
		kill(getppid(), SIGUSR1);
		put(fd, "half of ", 8);
		kill(getppid(), SIGUSR1);
		put(fd, "a line\n", 7);
	}
}

static void test_read_disturbed(void **state)
{
	struct sigaction sa = {.sa_handler = on_signal}, old;
	struct lines *l;
	pid_t pid;
	int fd;

	(void)state;
	signals = 0;
	sigaction(SIGUSR1, &sa, &old);
	l = reader(disturb_and_write, &fd, &pid);
	for (int i = 0; i < 1000; i++)
		expect(l, LINES_LINE, "half of a line", 14);
	expect(l, LINES_END, NULL, 0);
	assert_true(signals > 0);
	finish(l, fd, pid);
	sigaction(SIGUSR1, &old, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_simple),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_unfinished),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_write_disturbed),
		cmocka_unit_test(test_read_disturbed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
