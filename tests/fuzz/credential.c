/* SPDX-License-Identifier: MIT */
/*
 * Goal: a credential file is taken whole or refused without a word of it: what
 * is sent is one header field, and only where it may go.
 */
#include "fuzz.h"

#include "auth/credential.h"

#include <strings.h>
#include <unistd.h>

/* No more than a pipe holds. */
#define FILE_MAX 16384

/* A pipe that holds the bytes; the path of its end to read from. */
static int channel(const uint8_t *data, size_t size, char *path, size_t room)
{
	int fd[2];

	need(pipe(fd) == 0);
	need(write(fd[1], data, size) == (ssize_t)size);
	close(fd[1]);
	snprintf(path, room, "/dev/fd/%d", fd[0]);
	return fd[0];
}

/* One field, of which a server and we have the same idea. */
static void check_field(const char *s)
{
	size_t name = strcspn(s, ":");

	need(name && strncmp(s + name, ": ", 2) == 0 && s[name + 2]);
	for (size_t i = 0; s[i]; i++)
		need(s[i] > ' ' ? s[i] < 0x7f : s[i] == ' ' && i > name);
}

/* The file names this host, or has one that is written in percent signs. */
static bool names(const char *text, const char *host)
{
	for (; *text && *text != '%'; text++)
		if (strncasecmp(text, host, strlen(host)) == 0)
			return true;
	return *text == '%';
}

static void check(const struct credential *c, const char *text)
{
	static struct url u;
	char why[URL_WHY];

	if (credential_field(c))
		check_field(credential_field(c));
	need(url_parse("http://stranger.example/mcp", &u, why));
	need(!credential_for(c, &u));
	need(url_parse("https://stranger.example/mcp", &u, why));
	need(!credential_for(c, &u) || names(text, "stranger.example"));
}

/* A reason is ours, and never a piece of the file. */
static void check_reason(const char *why, const char *text)
{
	need(fuzz_line(why, CREDENTIAL_WHY));
	for (const char *p = strstr(text, "SECRET"); p; p = NULL)
		need(!strstr(why, "SECRET"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text, why[CREDENTIAL_WHY], path[32];
	static struct url origin;
	struct credential *c;
	int fd;

	if (size > FILE_MAX)
		return 0;
	text = fuzz_string(data, size);
	memset(why, 0xaa, sizeof why);
	fd = channel(data, size, path, sizeof path);
	c = credential_read(path, why);
	close(fd);
	if (c)
		check(c, text);
	else
		check_reason(why, text);
	credential_free(c);
	need(url_parse("https://mcp.example.com/mcp", &origin, why));
	memset(why, 0xaa, sizeof why);
	fd = channel(data, size, path, sizeof path);
	c = credential_token(path, &origin, why);
	close(fd);
	if (c)
		need(credential_for(c, &origin));
	if (c)
		check_field(credential_field(c));
	else
		check_reason(why, text);
	credential_free(c);
	free(text);
	return 0;
}
