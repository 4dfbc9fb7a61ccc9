/*
 * history_store.h: what people were told, a list of history records for each
 * day, which outlives the states of the servers.
 */
#ifndef STATE_HISTORY_STORE_H
#define STATE_HISTORY_STORE_H

#include "base/strings.h"
#include "records/history.h"

struct store;

/* history_store_add(s, lines): append these records. False: the store failed,
   and the operator has been told. */
bool history_store_add(struct store *s, const struct strings *lines);

/* All zero: none. */
struct history {
	struct history_record *v; /* by time */
	size_t n, cap;
};

/*
 * history_store_read(s, slug, from, to, out): add the records of that server,
 * or where slug is NULL, of all, of the days that hold the epoch seconds from
 * and to, and of those in between, each once, by time;
 * history_store_release(out). What cannot be read is passed over. False: the
 * store failed, and the operator has been told.
 */
bool history_store_read(struct store *s, const char *slug, double from,
	double to, struct history *out);
void history_store_release(struct history *out);

#endif
