/*
 * snapshot_writer.h: writes a snapshot to standard output, line by line; a key
 * that is too large for one line gets several.
 */
#ifndef SNAPSHOT_SNAPSHOT_WRITER_H
#define SNAPSHOT_SNAPSHOT_WRITER_H

#include "snapshot/key_name.h"

#include <stdbool.h>
#include <stddef.h>

struct snapshot_writer; /* opaque */

/*
 * snapshot_writer_new(format, at): write the first line: the version of the
 * keys, and when this begins. snapshot_writer_end(w): the last line, and free
 * w. -1: standard output failed, and the operator has been told.
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
 * False: standard output failed, and the operator has been told.
 */
void snapshot_writer_key(struct snapshot_writer *w, const char *key,
	const struct key_name *name, long long life_ms, double now);
bool snapshot_writer_value(struct snapshot_writer *w, const char *f, size_t nf,
	const char *v, size_t nv);
bool snapshot_writer_key_end(struct snapshot_writer *w);

#endif
