/* SPDX-License-Identifier: MIT */
/*
 * replay.c: feeds a target the files that are named, or those of its corpus,
 * and says so in TAP. A file that breaks the target ends the process, so its
 * name comes first. Each target is a group of tests/unit/groups.c.
 *
 * GROUPS names the targets of a program: GROUP(a) GROUP(b) (see tests/tests.mk).
 */
#include "fuzz.h"

#include "../unit/groups.h"

#include "base/xalloc.h"

#include <dirent.h>

#define FILE_MAX (1024 * 1024)
#define CORPUS "tests/fuzz/corpus"

typedef int target(const uint8_t *data, size_t size);

/* In memory of its own size; false where the file cannot be read. */
static bool feed(target *run, const char *path)
{
	static uint8_t piece[FILE_MAX];
	FILE *f = fopen(path, "rb");
	uint8_t *copy;
	size_t n;

	if (!f)
		return false;
	n = fread(piece, 1, sizeof piece, f);
	if (ferror(f) || !feof(f)) {
		fclose(f);
		return false;
	}
	fclose(f);
	copy = xmalloc(n);
	memcpy(copy, piece, n);
	run(copy, n);
	free(copy);
	return true;
}

static bool report(target *run, const char *path, int number)
{
	bool ok;

	printf("# %s\n", path);
	fflush(stdout);
	ok = feed(run, path);
	printf("%sok %d - %s\n", ok ? "" : "not ", number, path);
	return ok;
}

static bool folder(target *run, const char *name, int *n)
{
	DIR *d = opendir(name);
	const struct dirent *e;
	char path[4096];
	bool ok = true;

	if (!d)
		return false;
	while ((e = readdir(d)) != NULL) {
		if (*e->d_name == '.')
			continue;
		if (snprintf(path, sizeof path, "%s/%s", name, e->d_name) >=
			(int)sizeof path)
			continue;
		ok = report(run, path, ++*n) && ok;
	}
	closedir(d);
	return ok && *n;
}

static int replay(const char *name, target *run)
{
	char path[4096];
	bool ok = true;
	int n = 0;

	if (!group_args || !*group_args) {
		snprintf(path, sizeof path, CORPUS "/%s", name);
		ok = folder(run, path, &n);
		if (!n)
			printf("not ok %d - no files in %s\n", ++n, path);
	} else {
		for (char **file = group_args; *file; file++)
			ok = report(run, *file, ++n) && ok;
	}
	printf("1..%d\n", n);
	return ok ? 0 : 1;
}

#define GROUP(name) \
	target one_input_##name; \
	int group_##name(void); \
	int group_##name(void) \
	{ \
		return replay(#name, one_input_##name); \
	}
GROUPS
