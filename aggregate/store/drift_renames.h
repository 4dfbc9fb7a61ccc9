/*
 * drift_renames.h: which tools of a drift were renamed, by the definitions that the
 * store keeps. They are read only where tools came and went.
 */
#ifndef STORE_DRIFT_RENAMES_H
#define STORE_DRIFT_RENAMES_H

#include "records/verdict.h"

struct store;

/*
 * drift_renames_read(s, slug, v): give the drifts of v their renames, as far as the
 * definitions are kept. -1: the store failed, and that is logged; 1: s is NULL, and
 * has to be asked.
 */
int drift_renames_read(struct store *s, const char *slug, struct verdict *v);

#endif
