/*
 * slot.h: how many requests this user's processes work on at once on this
 * machine. What a request costs, a configuration with all servers and a
 * connection to the store, is paid that often and no oftener.
 */
#ifndef WEB_SLOT_H
#define WEB_SLOT_H

#include <stdbool.h>

#define SLOTS 4

/*
 * slot_take(patience_ms, slot): wait for one of SLOTS slots; slot_free it. It
 * is free, too, as soon as this process ends. False: none was free in time, and
 * the operator has been told. Where no folder can hold them, there is no bound:
 * the operator is told, and true, for a page must be acknowledged all the same.
 */
bool slot_take(double patience_ms, int *slot);
void slot_free(int slot);

#endif
