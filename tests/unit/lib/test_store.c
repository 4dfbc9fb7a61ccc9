/* SPDX-License-Identifier: MIT */
/*
 * Goal: while a batch of commands is on its way, the next is queued, and each
 * gets its own replies.
 */
#include "store/store.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

/* A store that answers the commands it has read once it is told to. */
struct slow {
	int listener;
	int told[2]; /* a pipe: a byte, how many to answer */
};

/* Read n commands, each of one word: three lines. */
static void read_commands(int fd, int n)
{
	char c;

	for (int lines = 0; lines < 3 * n;) {
		assert_int_equal(read(fd, &c, 1), 1);
		lines += c == '\n';
	}
}

static void *answer(void *arg)
{
	const struct slow *slow = arg;
	int fd = accept(slow->listener, NULL, NULL), number = 0;
	char n, text[16];

	while (read(slow->told[0], &n, 1) == 1) {
		read_commands(fd, n);
		while (n-- > 0) {
			int size = snprintf(
				text, sizeof text, ":%d\r\n", number++);

			assert_int_equal(write(fd, text, (size_t)size), size);
		}
	}
	close(fd);
	return NULL;
}

static void tell(const struct slow *slow, char n)
{
	assert_int_equal(write(slow->told[1], &n, 1), 1);
}

static void check_replies(const struct store *s, long long first, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(
			store_int(store_reply(s, i), -1), first + (long long)i);
	assert_null(store_reply(s, n));
}

static void test_start(void **state)
{
	char dir[] = "/tmp/test_store.XXXXXX", url[64], why[STORE_WHY];
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct slow slow = {.listener = socket(AF_UNIX, SOCK_STREAM, 0)};
	pthread_t thread;
	struct store *s;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(address.sun_path, sizeof address.sun_path, "%s/sock", dir);
	snprintf(url, sizeof url, "unix://%s", address.sun_path);
	assert_int_equal(bind(slow.listener, (struct sockaddr *)&address,
				 sizeof address),
		0);
	assert_int_equal(listen(slow.listener, 1), 0);
	assert_int_equal(pipe(slow.told), 0);
	assert_int_equal(pthread_create(&thread, NULL, answer, &slow), 0);
	s = store_open(url, NULL, why);
	assert_non_null(s);

	store_add(s, "ONE", NULL);
	store_add(s, "TWO", NULL);
	assert_int_equal(store_queued(s), 2);
	store_start(s);
	/* None is answered yet; the next go into a queue of their own. */
	assert_int_equal(store_queued(s), 0);
	store_add(s, "THREE", NULL);
	tell(&slow, 2);
	assert_int_equal(store_finish(s), 0);
	check_replies(s, 0, 2);

	store_start(s);
	/* The replies to the first batch stay until the second is over. */
	check_replies(s, 0, 2);
	tell(&slow, 1);
	assert_int_equal(store_finish(s), 0);
	check_replies(s, 2, 1);

	store_start(s);
	assert_int_equal(store_finish(s), 0);
	check_replies(s, 0, 0);
	store_close(s);
	close(slow.told[1]);
	pthread_join(thread, NULL);
	close(slow.told[0]);
	close(slow.listener);
	unlink(address.sun_path);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
