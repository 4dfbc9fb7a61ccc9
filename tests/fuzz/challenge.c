/* SPDX-License-Identifier: MIT */
/*
 * Goal: whatever a 401 says in WWW-Authenticate, what is understood of it fits,
 * and is understood again where it is written as RFC 9110 has it.
 */
#include "fuzz.h"

#include "auth/challenge.h"

static void put(struct buf *b, const char *name, const char *value)
{
	if (!*value)
		return;
	buf_fmt(b, ", %s = \"", name);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			buf_char(b, '\\');
		buf_char(b, *value);
	}
	buf_char(b, '"');
}

static void again(const struct challenge *c)
{
	struct challenge d;
	struct buf b;
	char *s;

	buf_init(&b, SIZE_MAX / 2);
	buf_str(&b, "Basic, bearer realm=x");
	put(&b, "RESOURCE_metadata", c->resource_metadata);
	put(&b, "scope", c->scope);
	put(&b, "error", c->error);
	put(&b, "error_description", c->error_description);
	buf_str(&b, ", Negotiate abc==, X error=y");
	s = buf_take(&b);
	challenge_parse(s, &d);
	free(s);
	need(d.any && d.bearer && strcmp(d.scheme, "Basic") == 0);
	need(strcmp(c->resource_metadata, d.resource_metadata) == 0);
	need(strcmp(c->scope, d.scope) == 0);
	need(strcmp(c->error, d.error) == 0);
	need(strcmp(c->error_description, d.error_description) == 0);
}

static bool fits(const char *s, size_t size)
{
	return strnlen(s, size) < size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = fuzz_string(data, size);
	struct challenge c;

	memset(&c, 0xaa, sizeof c);
	challenge_parse(s, &c);
	need(fits(c.scheme, sizeof c.scheme));
	need(fits(c.resource_metadata, sizeof c.resource_metadata));
	need(fits(c.scope, sizeof c.scope));
	need(fits(c.error, sizeof c.error));
	need(fits(c.error_description, sizeof c.error_description));
	need(c.any == (*c.scheme != '\0'));
	need(c.any || !c.bearer);
	need(c.bearer || !(*c.resource_metadata || *c.scope || *c.error ||
		*c.error_description));
	need(!strpbrk(c.scheme, "\" ,=\\()<>@:;/[]?{}\t"));
	free(s);
	again(&c);
	return 0;
}
