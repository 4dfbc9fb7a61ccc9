/*
 * outage_file.h: a file of this machine that holds a state while the store does not
 * answer; see FILES in mcp-alert(1). Whoever has it open is alone with it.
 */
#ifndef STATE_OUTAGE_FILE_H
#define STATE_OUTAGE_FILE_H

#include <stdbool.h>

/* Opaque. */
struct local;

/*
 * local_open(url, make): the file that belongs to a store, and the lock on it.
 * NULL where there is none, or another process has it; where it is to be made
 * and cannot be, and where it cannot be trusted, the operator is told.
 */
struct local *local_open(const char *url, bool make);
void local_close(struct local *l);

/* local_text(l): what is in it, "" for nothing; until the next local_write. */
const char *local_text(const struct local *l);

/*
 * local_write(l, text): replace it by a line without its newline. False, and
 * the operator is told, where that fails.
 */
bool local_write(struct local *l, const char *text);

/* local_remove(l): it is not needed any more. */
void local_remove(struct local *l);

#endif
