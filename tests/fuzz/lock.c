/* SPDX-License-Identifier: MIT */
/*
 * Goal: of a tools.lock that is taken each pin can be read, and it is written
 * as a file that says the same; and who reads the digests alone reads the same
 * of it.
 *
 * An input is the file.
 */
#include "fuzz.h"

#include "base/lines.h"
#include "pinned/tools_lock.h"
#include "rule/history.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static char path[64], copy[64];

static void write_file(const void *p, size_t n)
{
	int fd;

	snprintf(path, sizeof path, "/dev/shm/fuzz-lock.%ld", (long)getpid());
	snprintf(copy, sizeof copy, "%s.new", path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	need(fd >= 0 && line_write(fd, p, n) == 0);
	close(fd);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* What is pinned of a server is the same in both. */
static void check_same(const struct tools_lock *a, const struct tools_lock *b,
	const char *slug)
{
	struct tool_list x, y;

	need(lock_tools(a, slug, &x) && lock_tools(b, slug, &y));
	need(same_text(x.hash, y.hash) && same_text(x.full_hash, y.full_hash));
	need(x.n_tools == y.n_tools);
	for (size_t i = 0; i < x.n_tools; i++) {
		const char *name = x.tools[i].name;

		need(same_text(name, y.tools[i].name));
		need(hash_valid(x.tools[i].contract));
		need(same_text(x.tools[i].contract, y.tools[i].contract));
		need(same_text(x.tools[i].full, y.tools[i].full));
		need(!*x.tools[i].full || hash_valid(x.tools[i].full));
		need(!lock_definition(a, slug, name) ==
			!lock_definition(b, slug, name));
	}
	free((void *)x.tools);
	free((void *)y.tools);
}

/* Of the first server, as the others come by the same way. */
static void check_digests(const struct tools_lock *lock, const char *slug)
{
	struct pinned_digests pinned;
	struct lock_digests *d;
	struct tools_lock *one;
	char why[LOCK_WHY];

	memset(why, 'x', sizeof why);
	d = lock_digests_read(path, why);
	if (!d) {
		need(fuzz_line(why, sizeof why));
		return;
	}
	if (lock && slug) {
		need(lock_digests_find(d, slug, &pinned));
		need(same_text(pinned.contract, lock_hash(lock, slug)));
		one = lock_digests_server(d, slug, why);
		need(one);
		check_same(lock, one, slug);
		lock_free(one);
	}
	lock_digests_free(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tools_lock *lock, *again;
	const char *slug = NULL;
	char why[LOCK_WHY];

	write_file(data, size);
	memset(why, 'x', sizeof why);
	lock = lock_parse((const char *)data, size, why);
	need(lock || fuzz_line(why, sizeof why));
	if (lock) {
		slug = lock_slug(lock);
		need(lock_version(lock) == 1 || lock_version(lock) == 2);
		need(!slug || (slug_valid(slug) && lock_hash(lock, slug)));
	}
	check_digests(lock, slug);
	if (lock && slug) {
		need(lock_save(lock, copy) == 0);
		again = lock_load(copy, why);
		need(again);
		check_same(lock, again, slug);
		lock_free(again);
		unlink(copy);
	}
	lock_free(lock);
	unlink(path);
	return 0;
}
