/*
 * slot.h: limits how many requests the processes of this user work on at once
 * on this machine. Each loads a configuration with all servers and connects to
 * the store.
 */
#ifndef WEB_SLOT_H
#define WEB_SLOT_H

#include <stdbool.h>

#define SLOTS 4

/*
 * slot_take(patience_ms, slot): wait for one of SLOTS slots. slot_free releases
 * it, and so does the end of this process. False if none was free in time; then
 * a warning is logged. If no folder can hold the slots, it logs a warning and
 * returns true without one: an outage must be acknowledged all the same.
 */
bool slot_take(double patience_ms, int *slot);
void slot_free(int slot);

#endif
