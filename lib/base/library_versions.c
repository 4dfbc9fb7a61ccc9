/*
 * dlsym(3) looks for a function of each library, so that this file needs no
 * headers of theirs, and links no program with a library.
 */
#include "base/library_versions.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

#define OPENSSL_FULL_VERSION 7 /* to OpenSSL_version */

typedef const char *version_function(void);
typedef const char *version_function_of(int part);

/* curl_version() names libcurl and the libraries that it uses. */
static const struct library {
	const char *name, *symbol;
	int part; /* that its function takes, if it takes one */
} libraries[] = {
	{"", "curl_version", 0},
	{"OpenSSL/", "OpenSSL_version", OPENSSL_FULL_VERSION},
	{"zlib/", "zlibVersion", 0},
	{"cJSON/", "cJSON_Version", 0},
	{"libyaml/", "yaml_get_version_string", 0},
};

/* POSIX, dlsym: its result can be the address of a function. */
static const char *call(const struct library *l, void *at)
{
	version_function *plain;
	version_function_of *of;

	if (l->part) {
		memcpy(&of, &at, sizeof of);
		return of(l->part);
	}
	memcpy(&plain, &at, sizeof plain);
	return plain();
}

void library_versions_put(struct buf *b)
{
	void *self = dlopen(NULL, RTLD_LAZY), *at;
	const struct library *l;
	bool known;
	const char *said, *before = "";

	for (size_t i = 0; self && i < sizeof libraries / sizeof *l; i++) {
		l = &libraries[i];
		at = dlsym(self, l->symbol);
		said = at ? call(l, at) : NULL;
		known = *l->name && b->len && strstr(b->p, l->name);
		if (!said || known)
			continue;
		buf_fmt(b, "%s%s%s", before, l->name, said);
		before = " ";
	}
	if (self)
		dlclose(self);
}
