#include "snapshot/snapshot_writer.h"

#include "base/lines.h"
#include "base/xalloc.h"
#include "snapshot/snapshot_line.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Lines go out together once they are so many bytes. */
#define OUT_BYTES (256 * 1024)

struct snapshot_writer {
	struct buf out;
	struct sha256 *digest; /* of the lines up to now */
	unsigned long lines, servers, keys;
	double at;
	bool failed; /* standard output */
	/* The line of a key that is put together, and its values. */
	struct snapshot_line line;
	struct snapshot_value values[SNAPSHOT_PART / SNAPSHOT_EACH];
	size_t used; /* of SNAPSHOT_PART */
	size_t size; /* of text */
	char text[SNAPSHOT_PART];
};

static void flush(struct snapshot_writer *w)
{
	if (!w->failed)
		w->failed = line_print(w->out.p, w->out.len) != 0;
	buf_clear(&w->out);
}

static void put_line(struct snapshot_writer *w, struct snapshot_line *line)
{
	size_t from = w->out.len;

	line->number = ++w->lines;
	snapshot_write(&w->out, line);
	sha256_add(w->digest, w->out.p + from, w->out.len - from);
	if (w->out.len >= OUT_BYTES)
		flush(w);
}

struct snapshot_writer *snapshot_writer_new(int format, double at)
{
	struct snapshot_writer *w = xmalloc(sizeof *w);
	struct snapshot_line first = {.type = SNAPSHOT_FIRST,
		.version = VERSION, .format = format, .at = at};

	memset(w, 0, offsetof(struct snapshot_writer, values));
	buf_init(&w->out, OUT_BYTES + LINE_MAX_BYTES);
	w->digest = sha256_new();
	w->at = at;
	put_line(w, &first);
	return w;
}

int snapshot_writer_end(struct snapshot_writer *w)
{
	struct snapshot_line last = {.type = SNAPSHOT_LAST,
		.servers = w->servers, .keys = w->keys};
	bool failed;

	sha256_end(w->digest, last.sha256);
	put_line(w, &last);
	flush(w);
	failed = w->failed;
	snapshot_writer_free(w);
	return failed ? -1 : 0;
}

void snapshot_writer_free(struct snapshot_writer *w)
{
	if (!w)
		return;
	buf_release(&w->out);
	sha256_free(w->digest);
	free(w);
}

void snapshot_writer_server(struct snapshot_writer *w)
{
	w->servers++;
}

void snapshot_writer_key(struct snapshot_writer *w, const char *key,
	const struct key_name *name, long long life_ms, double now)
{
	w->line = (struct snapshot_line) {.type = SNAPSHOT_KEY, .name = *name,
		.life_ms = NAN, .part = 1, .values = w->values};
	memcpy(w->line.key, key, strlen(key) + 1);
	/* Counted from the instant of the first line. */
	if (life_ms >= 0)
		w->line.life_ms = fmax(
			floor((double)life_ms + (now - w->at) * 1000), 0);
	w->used = w->size = 0;
}

static void put_part(struct snapshot_writer *w, bool more, bool cut)
{
	w->line.more = more;
	w->line.cut = cut;
	put_line(w, &w->line);
	w->line.part++;
	w->line.n_values = w->used = w->size = 0;
}

static void put(struct snapshot_writer *w, const char *p, size_t n)
{
	char *to = w->text + w->size;

	memcpy(to, p, n);
	to[n] = '\0';
	w->values[w->line.n_values++] = (struct snapshot_value) {to, n};
	w->size += n + 1;
	w->used += n + SNAPSHOT_EACH;
}

/* At most `most` of n bytes, and no character of UTF-8 is cut in two. */
static size_t cut_at(const char *p, size_t most)
{
	size_t n = most;

	while (n > most - 4 && ((unsigned char)p[n] & 0xc0) == 0x80)
		n--;
	return n > most - 4 ? n : most;
}

bool snapshot_writer_value(struct snapshot_writer *w, const char *f, size_t nf,
	const char *v, size_t nv)
{
	size_t beside = SNAPSHOT_EACH + (f ? nf + SNAPSHOT_EACH : 0);

	if (nf > SNAPSHOT_FIELD_MAX || nv > SNAPSHOT_VALUE_MAX)
		return false;
	if (w->line.n_values && w->used + beside + nv > SNAPSHOT_PART)
		put_part(w, true, false);
	while (beside + nv > SNAPSHOT_PART) {
		size_t n = cut_at(v, SNAPSHOT_PART - beside);

		if (f)
			put(w, f, nf);
		put(w, v, n);
		put_part(w, true, true);
		v += n;
		nv -= n;
	}
	if (f)
		put(w, f, nf);
	put(w, v, nv);
	return true;
}

bool snapshot_writer_key_end(struct snapshot_writer *w)
{
	if (w->line.n_values) {
		put_part(w, false, false);
		w->keys++;
	}
	return !w->failed;
}
