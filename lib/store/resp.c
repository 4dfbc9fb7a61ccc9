#include "store/resp.h"

#include <stdlib.h>

static void end_line(struct buf *b)
{
	buf_char(b, '\r');
	buf_char(b, '\n');
}

/* A count or a length. */
static void put_count(struct buf *b, char type, size_t n)
{
	buf_char(b, type);
	buf_int(b, (long long)n);
	end_line(b);
}

void resp_begin(struct buf *out, size_t n)
{
	put_count(out, '*', n);
}

void resp_arg(struct buf *out, const char *p, size_t n)
{
	put_count(out, '$', n);
	buf_add(out, p, n);
	end_line(out);
}

/* The number behind a '*' or '$'; *at goes behind its line. */
static size_t read_count(const char **at)
{
	char *end;
	size_t n = strtoul(*at + 1, &end, 10);

	*at = end + 2;
	return n;
}

const char *resp_args(const char *at, size_t *n)
{
	*n = read_count(&at);
	return at;
}

const char *resp_next(const char *at, const char **p, size_t *n)
{
	*n = read_count(&at);
	*p = at;
	return at + *n + 2;
}
