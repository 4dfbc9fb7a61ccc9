/* SPDX-License-Identifier: MIT */
/*
 * Goal: an event stream means the same in whatever pieces it arrives, and what
 * the HTML Standard, section 9.2.6, says: a second reading of it, which has the
 * whole stream before it, finds the same events.
 */
#include "fuzz.h"

#include "protocol/sse.h"

#include "base/num.h"

/* What a stream says, and after how many events nobody listens any more. */
struct ear {
	struct buf heard;
	int n, enough;
};

static enum sse_want hear(void *arg, const char *type, const char *data,
	size_t n)
{
	struct ear *e = arg;

	need(n > 0 && data[n] == '\0');
	need(!memchr(data, '\r', n));
	need(!strpbrk(type, "\r\n"));
	buf_fmt(&e->heard, "[%s:", type);
	buf_add(&e->heard, data, n);
	buf_char(&e->heard, ']');
	return ++e->n == e->enough ? SSE_STOP : SSE_MORE;
}

/* How long the next piece is: one byte, all, or as the bytes there say. */
static size_t piece(const char *p, size_t n, int way)
{
	size_t len = way == 0 ? n
		: way == 1	  ? 1
				  : 1 + ((unsigned char)*p ^ n) % 7;

	return len < n ? len : n;
}

/* Everything that can be known of a stream, read in one of three ways. */
static void listen(const char *p, size_t n, size_t max, int enough, int way,
	struct buf *out)
{
	struct ear e = {.enough = enough};
	struct sse s;
	bool ok = true;

	buf_init(&e.heard, SIZE_MAX / 2);
	sse_init(&s, max, hear, &e);
	for (size_t len; n && ok; p += len, n -= len) {
		len = piece(p, n, way);
		ok = sse_feed(&s, p, len);
	}
	need(s.line.len <= max && s.data.len <= max);
	need(memchr(s.last_id, '\0', sizeof s.last_id));
	need(s.retry_ms >= -1 && s.retry_ms <= 86400000);
	buf_add(out, e.heard.p, e.heard.len);
	buf_fmt(out, "%s%d #%s @%ld", ok ? "" : "!", s.stopped, s.last_id,
		s.retry_ms);
	sse_release(&s);
	buf_release(&e.heard);
}

#define DAY_MS 86400000

struct model {
	struct ear ear;
	struct buf type, data;
	bool has_data;
	char id[256], last_id[256];
	long retry_ms;
};

static bool is(const char *p, size_t n, const char *name)
{
	return n == strlen(name) && memcmp(p, name, n) == 0;
}

static void model_field(struct model *m, const char *p, size_t name, size_t n)
{
	const char *v = p + name + (name < n);
	size_t len = n - (size_t)(v - p);
	char *copy;
	long long ms;

	if (len && *v == ' ') {
		v++;
		len--;
	}
	copy = fuzz_string(v, len);
	if (is(p, name, "data")) {
		buf_add(&m->data, v, len);
		buf_char(&m->data, '\n');
		m->has_data = true;
	} else if (is(p, name, "event")) {
		buf_clear(&m->type);
		buf_add(&m->type, v, len);
	} else if (is(p, name, "id") && strlen(copy) == len && len < 256) {
		snprintf(m->id, sizeof m->id, "%s", copy);
	} else if (is(p, name, "retry") && len &&
		strspn(copy, "0123456789") == len) {
		m->retry_ms = num_parse(copy, 0, DAY_MS, &ms) ? (long)ms
							      : DAY_MS;
	}
	free(copy);
}

/* False where nobody listens any more. */
static bool model_line(struct model *m, const char *p, size_t n)
{
	bool more = true;

	if (n) {
		model_field(m, p, fuzz_cut(p, n, ':'), n);
		return true;
	}
	snprintf(m->last_id, sizeof m->last_id, "%s", m->id);
	if (m->has_data && m->data.len > 1) {
		m->data.p[--m->data.len] = '\0';
		more = hear(&m->ear, m->type.len ? m->type.p : "message",
			       m->data.p, m->data.len) == SSE_MORE;
	}
	buf_clear(&m->data);
	buf_clear(&m->type);
	m->has_data = false;
	return more;
}

static void model(const char *p, size_t n, int enough, struct buf *out)
{
	struct model m = {.ear.enough = enough, .retry_ms = -1};
	bool more = true;

	buf_init(&m.ear.heard, SIZE_MAX / 2);
	buf_init(&m.type, SIZE_MAX / 2);
	buf_init(&m.data, SIZE_MAX / 2);
	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		n -= 3;
	}
	while (more) {
		size_t lf = fuzz_cut(p, n, '\n'), cr = fuzz_cut(p, n, '\r');
		size_t len = lf < cr ? lf : cr;

		if (len == n)
			break;
		more = model_line(&m, p, len);
		len += cr + 1 == lf && lf < n ? 2 : 1;
		p += len;
		n -= len;
	}
	buf_add(out, m.ear.heard.p, m.ear.heard.len);
	buf_fmt(out, "%d #%s @%ld", !more, m.last_id, m.retry_ms);
	buf_release(&m.ear.heard);
	buf_release(&m.type);
	buf_release(&m.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	int enough = size ? data[size - 1] % 4 : 0;
	struct buf whole, pieces;

	buf_init(&whole, SIZE_MAX / 2);
	buf_init(&pieces, SIZE_MAX / 2);
	/* A limit that no stream here reaches, and one that most do. */
	for (int i = 0; i < 2; i++) {
		size_t max = i ? 24 : 1 << 20;

		buf_clear(&whole);
		listen(p, size, max, enough, 0, &whole);
		for (int way = 1; way < 3; way++) {
			buf_clear(&pieces);
			listen(p, size, max, enough, way, &pieces);
			need(fuzz_same(&whole, &pieces));
		}
		if (i)
			continue;
		buf_clear(&pieces);
		model(p, size, enough, &pieces);
		need(fuzz_same(&whole, &pieces));
	}
	buf_release(&whole);
	buf_release(&pieces);
	return 0;
}
