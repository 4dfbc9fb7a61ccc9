/* SPDX-License-Identifier: MIT */
#include "transport/transport.h"

#include "base/buf.h"
#include "base/text.h"
#include "json/json.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The longest text that is shown, characters. */
#define SHOWN 150
#define FOUND_MAX 2000
#define DEPTH_MAX 6

bool error_text_has(const char *said, const char *part)
{
	size_t n = strlen(part);

	for (; strlen(said) >= n; said++)
		if (strncasecmp(said, part, n) == 0)
			return true;
	return false;
}

bool error_text_has_one(const char *said, const char *const *parts)
{
	for (; *parts; parts++)
		if (error_text_has(said, *parts))
			return true;
	return false;
}

void error_text_copy(const char *p, size_t n, char *out)
{
	while (n && strchr(" \t\r\n", *p)) {
		p++;
		n--;
	}
	while (n && strchr(" \t\r\n", p[n - 1]))
		n--;
	text_clean(p, n, out, DELIVER_SAID, SHOWN);
}

static void add(struct buf *b, const char *s)
{
	if (*s && b->len + strlen(s) < FOUND_MAX &&
		(!b->len || !strstr(b->p, s)))
		buf_fmt(b, "%s%s", b->len ? ": " : "", s);
}

/* Append all texts in a value, such as an array of errors. */
static void collect(struct buf *b, const cJSON *v, int depth)
{
	const cJSON *e;

	if (cJSON_IsString(v))
		add(b, v->valuestring);
	else if (depth < DEPTH_MAX)
		cJSON_ArrayForEach(e, v)
			collect(b, e, depth + 1);
}

void error_text_read(const char *p, size_t n, char *out)
{
	static const char *const members[] = {"message", "error",
		"error_description", "description", "detail", "title",
		"errors"};
	char why[JSON_WHY];
	cJSON *o = p ? json_parse(p, n, &json_reply, why) : NULL;
	struct buf b;

	*out = '\0';
	buf_init(&b, 2 * FOUND_MAX);
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		collect(&b, json_get(o, members[i]), 0);
	if (cJSON_IsString(o))
		add(&b, o->valuestring);
	if (b.len)
		error_text_copy(b.p, b.len, out);
	else if (!o && n)
		error_text_copy(p, strcspn(p, "\r\n"), out);
	if (*out == '<')
		*out = '\0';
	buf_release(&b);
	cJSON_Delete(o);
}

const char *error_text_why(const struct delivered *d, char *out)
{
	if (*d->said)
		snprintf(out, DELIVER_SAID_WHY, "%s: \"%s\"", d->why, d->said);
	else
		snprintf(out, DELIVER_SAID_WHY, "%s", d->why);
	return out;
}
