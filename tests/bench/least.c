/* SPDX-License-Identifier: MIT */
/*
 * least: the minimum of a CGI: with the libraries of mcp-serve, it asks a Redis
 * for one key, and answers with a header and the value.
 *
 * usage: least SOCKET KEY HEADER-FILE
 */
#include <cjson/cJSON.h>
#include <fcgiapp.h>
#include <hiredis/hiredis.h>
#include <openssl/sha.h>
#include <stdio.h>

/* These calls keep the linker from leaving a library out. */
const char *(*const json)(void) = cJSON_Version;
unsigned char *(*const digest)(const unsigned char *, size_t,
	unsigned char *) = SHA256;

int main(int argc, char **argv)
{
	static char header[65536];
	redisContext *c;
	redisReply *r;
	size_t n;
	FILE *f;

	if (argc != 4 || !FCGX_IsCGI() || !(f = fopen(argv[3], "rb")))
		return 2;
	n = fread(header, 1, sizeof header, f);
	fclose(f);
	c = redisConnectUnix(argv[1]);
	if (!c || c->err)
		return 3;
	r = redisCommand(c, "GET %s", argv[2]);
	if (!r || r->type != REDIS_REPLY_STRING)
		return 3;
	fwrite(header, 1, n, stdout);
	fwrite(r->str, 1, r->len, stdout);
	freeReplyObject(r);
	redisFree(c);
	return fflush(stdout) != 0;
}
