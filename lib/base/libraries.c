/*
 * The loader is asked for a function of each library: so this file needs the
 * headers of none, and no program is linked with a library because of it.
 */
#include "base/libraries.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

#define OPENSSL_FULL_VERSION 7 /* to OpenSSL_version */

typedef const char *version_function(void);
typedef const char *version_function_of(int part);

/* The first says its name, too, and the versions of others. */
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

/* As POSIX has it, an address of dlsym(3) can be that of a function. */
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

void libraries_put(struct buf *b)
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
