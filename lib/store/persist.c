#include "store/persist.h"

#include "base/clock.h"

#include <string.h>
#include <time.h>

#define POLL_MS 20

bool persist_pending(const char *info)
{
	static const char name[] = "\naof_buffer_length:";
	const char *at = info;

	while ((at = strstr(at, name)) != NULL) {
		at += strlen(name);
		if (*at != '0')
			return true;
	}
	return false;
}

int store_persist(struct store *s)
{
	static const char *const info[] = {"INFO", "persistence"};
	const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
	double until = clock_mono_ms() + PERSIST_MS;

	for (;;) {
		size_t reply = store_ask_argv(s, 2, info);
		const char *text;

		if (store_run(s) || store_gone(s))
			return -1;
		text = store_text(store_reply(s, reply));
		/*
		 * What is pending may be another client's, on a busy store each
		 * time: ours has been written by then.
		 */
		if (!text || !persist_pending(text) ||
			clock_mono_ms() >= until)
			return 0;
		nanosleep(&pause, NULL);
	}
}
