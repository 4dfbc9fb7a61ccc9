/*
 * replay.c: feeds a target the files that are named, or those of its corpus,
 * and says so in TAP. A file that breaks the target ends the program, so its
 * name comes first.
 */
#include "fuzz.h"

#include "base/xalloc.h"

#include <dirent.h>

#define FILE_MAX (1024 * 1024)
#define CORPUS "tests/fuzz/corpus"

/* In memory of its own size; false where the file cannot be read. */
static bool feed(const char *path)
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
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
	return true;
}

static bool report(const char *path, int number)
{
	bool ok;

	printf("# %s\n", path);
	fflush(stdout);
	ok = feed(path);
	printf("%sok %d - %s\n", ok ? "" : "not ", number, path);
	return ok;
}

static bool folder(const char *name, int *n)
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
		ok = report(path, ++*n) && ok;
	}
	closedir(d);
	return ok && *n;
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	char path[4096];
	bool ok = true;
	int n = 0;

	if (argc < 2) {
		snprintf(path, sizeof path, CORPUS "/%s",
			name ? name + 1 : argv[0]);
		ok = folder(path, &n);
		if (!n)
			printf("not ok %d - no files in %s\n", ++n, path);
	}
	for (int i = 1; i < argc; i++)
		ok = report(argv[i], ++n) && ok;
	printf("1..%d\n", n);
	return ok ? 0 : 1;
}
