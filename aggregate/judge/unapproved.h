/*
 * unapproved.h: whether the tools that regions see are those that somebody has
 * approved: pinned in tools.lock. What changed is found out of the definitions
 * in the store and in the file, only where the lists or the pin are new; else it
 * is kept beside what the regions saw.
 */
#ifndef JUDGE_UNAPPROVED_H
#define JUDGE_UNAPPROVED_H

#include "base/buf.h"
#include "pinned/lock_digests.h"
#include "records/verdict.h"

struct store;

/* What is compared. */
struct unapproved_input {
	const char *slug;
	const struct pinned_digests *pinned;
	const struct region_history *regions;
	size_t n_regions;
	const char *const *expected; /* only these regions count */
	size_t n_expected;
	double until; /* probes that started by then */
};

/*
 * unapproved_of(of, in): append which lists differ from the pinned one; nothing
 * where none does.
 *
 * unapproved_kept(kept, of): whether the value of the field, which may be NULL,
 * is about these.
 */
void unapproved_of(struct buf *of, const struct unapproved_input *in);
bool unapproved_kept(const char *kept, const char *of);

/*
 * unapproved_read(s, lock, in, of, kept, window, b): append the value of the
 * field: what changed, in the list of the worst class. It is so since `window`,
 * or since when the value kept, which may be NULL, says it of the same pin.
 * Returns how many definitions are not in the store; -1 where that failed. A
 * file that cannot be used is told, and the change is then one of the worst
 * class.
 */
int unapproved_read(struct store *s, const struct lock_digests *lock,
	const struct unapproved_input *in, const char *of, const char *kept,
	double window, struct buf *b);

/*
 * unapproved_put(v, text, in): let v say what a value of the field says, of the
 * regions that see such lists. Its strings belong to the tree that is returned;
 * NULL where the text is none.
 */
cJSON *unapproved_put(struct verdict *v, const char *text,
	const struct unapproved_input *in);

#endif
