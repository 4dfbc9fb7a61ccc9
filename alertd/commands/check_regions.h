/*
 * check_regions.h: what several regions share, and so can lose at once. Pure.
 */
#ifndef COMMANDS_CHECK_REGIONS_H
#define COMMANDS_CHECK_REGIONS_H

#include "base/buf.h"
#include "conf/conf.h"

/*
 * check_regions(b, c): append a line for each continent, provider and AS number
 * that several regions share, as far as these are known.
 */
void check_regions(struct buf *b, const struct conf *c);

#endif
