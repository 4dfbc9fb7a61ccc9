#include "buf.h"

#include "xalloc.h"

static char nothing[1];

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf) {.p = nothing, .max = max};
}

void buf_release(struct buf *b)
{
	if (b->cap)
		free(b->p);
	buf_init(b, b->max);
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->bad = false;
	if (b->cap)
		b->p[0] = '\0';
}

bool buf_ok(const struct buf *b)
{
	return !b->bad;
}

/* Room for n more bytes and the NUL; false and bad where the limit forbids. */
static bool reserve(struct buf *b, size_t n)
{
	if (b->bad || n > b->max - b->len) {
		b->bad = true;
		return false;
	}
	if (b->len + n + 1 > b->cap)
		b->p = xgrow(b->cap ? b->p : NULL, &b->cap, b->len + n + 1, 1);
	return true;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	if (!reserve(b, n))
		return;
	if (n)
		memcpy(b->p + b->len, p, n);
	b->len += n;
	b->p[b->len] = '\0';
}

void buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_vfmt(struct buf *b, const char *fmt, va_list ap)
{
	va_list ap2;
	int n;

	va_copy(ap2, ap);
	n = vsnprintf(NULL, 0, fmt, ap2);
	va_end(ap2);
	if (n < 0) {
		b->bad = true;
		return;
	}
	if (!reserve(b, (size_t)n))
		return;
	vsnprintf(b->p + b->len, (size_t)n + 1, fmt, ap);
	b->len += (size_t)n;
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(b, fmt, ap);
	va_end(ap);
}

void buf_drop(struct buf *b, size_t n)
{
	if (!n)
		return;
	b->len -= n;
	memmove(b->p, b->p + n, b->len + 1);
}

char *buf_take(struct buf *b)
{
	char *s = b->cap ? b->p : xstrdup("");

	buf_init(b, b->max);
	return s;
}
