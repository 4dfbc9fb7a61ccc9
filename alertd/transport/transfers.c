/* SPDX-License-Identifier: MIT */
#include "transport/transport.h"

#include "base/clock.h"
#include "base/xalloc.h"

#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

/* How often it is looked whether a command has ended. */
#define COMMAND_MS 10
/* To make a handle of libcurl takes longer than to use one again. */
#define IDLE_MAX 32

struct transfer {
	CURL *easy; /* NULL: a command */
	pid_t pid;
	double deadline; /* of a command; libcurl keeps its own */
	transfer_ended *ended;
	void *arg;
};

struct transfers {
	CURLM *multi; /* NULL where libcurl could not start */
	struct transfer **v;
	size_t n, cap;
	size_t commands; /* how many of them */
	CURL *idle[IDLE_MAX]; /* handles that are not in use */
	size_t n_idle;
};

struct transfers *transfers_new(void)
{
	struct transfers *t = xcalloc(1, sizeof *t);

	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		t->multi = curl_multi_init();
	return t;
}

void transfers_free(struct transfers *t)
{
	if (!t)
		return;
	while (t->n_idle)
		curl_easy_cleanup(t->idle[--t->n_idle]);
	curl_multi_cleanup(t->multi);
	curl_global_cleanup();
	free(t->v);
	free(t);
}

void *transfers_handle(struct transfers *t)
{
	return t->n_idle ? t->idle[--t->n_idle] : curl_easy_init();
}

void transfers_give_back(struct transfers *t, void *easy)
{
	if (!easy || t->n_idle == IDLE_MAX) {
		curl_easy_cleanup(easy);
		return;
	}
	/* No secret stays in it. */
	curl_easy_reset(easy);
	t->idle[t->n_idle++] = easy;
}

static void add(struct transfers *t, const struct transfer *one)
{
	t->v = xgrow(t->v, &t->cap, t->n + 1, sizeof *t->v);
	t->v[t->n] = xmalloc(sizeof *one);
	*t->v[t->n++] = *one;
	t->commands += !one->easy;
}

bool transfers_easy(struct transfers *t, void *easy, transfer_ended *ended,
	void *arg)
{
	add(t, &(struct transfer) {.easy = easy, .ended = ended, .arg = arg});
	if (t->multi &&
		!curl_easy_setopt(easy, CURLOPT_PRIVATE, t->v[t->n - 1]) &&
		!curl_multi_add_handle(t->multi, easy))
		return true;
	free(t->v[--t->n]);
	return false;
}

void transfers_command(struct transfers *t, pid_t pid, transfer_ended *ended,
	void *arg)
{
	add(t, &(struct transfer) {
		.pid = pid,
		.deadline = clock_mono_ms() + DELIVER_LIMIT_MS,
		.ended = ended,
		.arg = arg,
	});
}

/* Takes the transfer out of the list, and tells who began it. */
static void end_transfer(struct transfers *t, struct transfer *one, int result)
{
	struct transfer own = *one;
	size_t i = 0;

	while (t->v[i] != one)
		i++;
	t->v[i] = t->v[--t->n];
	t->commands -= !own.easy;
	free(one);
	if (own.easy)
		curl_multi_remove_handle(t->multi, own.easy);
	own.ended(own.arg, result);
}

/* Whether a command has ended; one that is late is killed. */
static bool command_ended(const struct transfer *one, int *result)
{
	pid_t ended = waitpid(one->pid, result, WNOHANG);

	if (ended == one->pid)
		return true;
	if ((ended == 0 || errno == EINTR) && clock_mono_ms() < one->deadline)
		return false;
	kill(-one->pid, SIGKILL);
	while (waitpid(one->pid, result, 0) < 0 && errno == EINTR)
		;
	*result = TRANSFER_LATE;
	return true;
}

/* Ends what has ended by now. How many. */
static size_t end_some(struct transfers *t)
{
	CURLMcode rc = CURLM_OK;
	size_t n = 0;
	int left, result = 0;
	const CURLMsg *m;

	if (t->multi)
		rc = curl_multi_perform(t->multi, &left);
	for (; t->multi && (m = curl_multi_info_read(t->multi, &left)); n++) {
		struct transfer *one = NULL;
		CURLcode code = m->data.result;

		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &one);
		end_transfer(t, one, (int)code);
	}
	for (size_t i = t->commands ? t->n : 0; i-- > 0;) {
		if (i >= t->n || t->v[i]->easy ||
			!command_ended(t->v[i], &result))
			continue;
		end_transfer(t, t->v[i], result);
		n++;
	}
	/* libcurl cannot go on. */
	for (size_t i = rc ? t->n : 0; i-- > 0;)
		if (i < t->n && t->v[i]->easy)
			end_transfer(t, t->v[i], CURLE_FAILED_INIT);
	return n + (rc != CURLM_OK);
}

bool transfers_wait(struct transfers *t, int fd, int ms)
{
	double until = clock_mono_ms() + ms, left;

	do {
		struct pollfd input = {.fd = fd, .events = POLLIN};
		struct curl_waitfd also = {
			.fd = fd, .events = CURL_WAIT_POLLIN};

		if (end_some(t))
			return false;
		left = until - clock_mono_ms();
		left = left > 0 ? left + 1 : 0;
		if (t->commands && left > COMMAND_MS)
			left = COMMAND_MS;
		if (t->multi)
			curl_multi_poll(t->multi, &also, fd >= 0, (int)left,
				NULL);
		/* libcurl does not say that the other end was closed. */
		if (poll(&input, 1, t->multi ? 0 : (int)left) > 0)
			return true;
	} while (clock_mono_ms() < until);
	return false;
}
