/* SPDX-License-Identifier: MIT */
/*
 * snapshot_line.h: the lines of a snapshot of a store, see mcp-snapshot(7): a
 * first one, one or more for each key, and a last one. Each has its number, and
 * a digest of what it says.
 */
#ifndef SNAPSHOT_SNAPSHOT_LINE_H
#define SNAPSHOT_SNAPSHOT_LINE_H

#include "base/buf.h"
#include "base/sha256.h"
#include "snapshot/fleet_keys.h"
#include "store/keys.h"

/* Room for the reason why a line is refused. */
#define SNAPSHOT_WHY 240

/*
 * The most bytes of the values of one line, with SNAPSHOT_EACH for each value:
 * as JSON, whatever the bytes, they take less than LINE_MAX_BYTES.
 */
#define SNAPSHOT_PART (128 * 1024)
#define SNAPSHOT_EACH 16
/* The longest field of a hash. */
#define SNAPSHOT_FIELD_MAX (16 * 1024)
/* The longest value, of however many lines. */
#define SNAPSHOT_VALUE_MAX (64 * 1024 * 1024)

enum snapshot_type { SNAPSHOT_FIRST, SNAPSHOT_KEY, SNAPSHOT_LAST };

/* n bytes at p, behind which stands a NUL. */
struct snapshot_value {
	const char *p;
	size_t n;
};

struct snapshot_line {
	enum snapshot_type type;
	unsigned long number; /* of the line, from 1 */
	/* The first: the version of who wrote it, and of the keys
	   (store/beat.h), and when, in epoch seconds. */
	const char *version;
	int format;
	double at;
	/* A key. */
	char key[KEY_MAX];
	struct key_name name;  /* filled by snapshot_read */
	double life_ms;	       /* left at `at` of the first line; NAN: no end */
	unsigned long part;    /* from 1, of the lines of this key */
	bool more;	       /* another line of this key follows */
	bool cut;	       /* and the last value goes on there */
	struct snapshot_value *values; /* of a hash: field, value, field … */
	size_t n_values;
	/* The last: how many servers and keys there were, and the SHA-256 of
	   all lines before. */
	unsigned long servers, keys;
	char sha256[SHA256_HEX];
	void *doc; /* what snapshot_read allocated */
};

/*
 * snapshot_write(b, line): append a line with its newline. The values of a line
 * of a key are within SNAPSHOT_PART.
 */
void snapshot_write(struct buf *b, const struct snapshot_line *line);

/*
 * snapshot_read(p, n, number, out, why): fill *out from the n bytes of a line,
 * without its newline, whose number is expected; snapshot_release frees what
 * it holds. -1 and why, which has SNAPSHOT_WHY bytes, where it is none, or
 * another, or was altered; then there is nothing to free.
 */
int snapshot_read(const char *p, size_t n, unsigned long number,
	struct snapshot_line *out, char *why);
void snapshot_release(struct snapshot_line *line);

/* ---- A whole snapshot, to standard output. */

struct snapshot_writer; /* opaque */

/*
 * snapshot_writer_new(format, at): write the first line: the version of the
 * keys, and when this begins. snapshot_writer_end(w): the last line, and free
 * w. -1: standard output failed, and an error is logged.
 * snapshot_writer_free(w): without a last line, which tells that it is not
 * whole.
 */
struct snapshot_writer *snapshot_writer_new(int format, double at);
int snapshot_writer_end(struct snapshot_writer *w);
void snapshot_writer_free(struct snapshot_writer *w);

/* snapshot_writer_server(w): count a server. */
void snapshot_writer_server(struct snapshot_writer *w);

/*
 * snapshot_writer_key(w, key, name, life_ms, now): begin a key, which lives so
 * long from now on; below 0: for ever. snapshot_writer_value(w, f, nf, v, nv):
 * its next value, of nv bytes; of a hash with a field of nf bytes before it, else
 * f is NULL. False: one of them is too long. snapshot_writer_key_end(w): the key
 * is whole; without values, as one that has gone meanwhile, it is not written.
 * False: standard output failed, and an error is logged.
 */
void snapshot_writer_key(struct snapshot_writer *w, const char *key,
	const struct key_name *name, long long life_ms, double now);
bool snapshot_writer_value(struct snapshot_writer *w, const char *f, size_t nf,
	const char *v, size_t nv);
bool snapshot_writer_key_end(struct snapshot_writer *w);

#endif
