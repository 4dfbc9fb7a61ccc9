/* SPDX-License-Identifier: MIT */
/*
 * names.c: what a region's resolver says, where it can have none of its own:
 * LD_PRELOAD=names.so NAMES_FILE=FILE, which has a name and its address on each line.
 * Of names under example.com there are no others. While there is no such file, the
 * resolver answers nobody. All other names are the machine's.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_ours(const char *name)
{
	const char *end = name ? strstr(name, ".example.com") : NULL;

	return end && !strcmp(end, ".example.com");
}

static int find(const char *name, char address[64])
{
	const char *path = getenv("NAMES_FILE");
	FILE *file;
	char known[256];
	int found = 0;

	while (!path || !(file = fopen(path, "re")))
		usleep(100000);
	while (!found && fscanf(file, "%255s %63s", known, address) == 2)
		found = !strcmp(known, name);
	fclose(file);
	return found;
}

int getaddrinfo(const char *restrict name, const char *restrict service,
	const struct addrinfo *restrict hints, struct addrinfo **restrict out)
{
	static int (*real)(const char *, const char *, const struct addrinfo *,
		struct addrinfo **);
	struct addrinfo wanted = {0};
	char address[64];

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	if (!is_ours(name))
		return real(name, service, hints, out);
	if (!find(name, address))
		return EAI_NONAME;
	if (hints)
		wanted = *hints;
	wanted.ai_flags |= AI_NUMERICHOST;
	return real(address, service, &wanted, out);
}
