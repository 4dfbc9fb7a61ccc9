/*
 * check_shared.h: what regions have in common that can fail for all of them at once.
 * Pure.
 */
#ifndef COMMANDS_CHECK_SHARED_H
#define COMMANDS_CHECK_SHARED_H

#include "base/buf.h"
#include "conf/conf.h"

/*
 * check_shared(b, c): append a line for each continent, provider and autonomous
 * system in which several regions are, as far as it is known.
 */
void check_shared(struct buf *b, const struct conf *c);

#endif
