/*
 * pin_compare.h: the tools that a probe read, beside those that are pinned in
 * tools.lock, and what both say.
 */
#ifndef STORE_PIN_COMPARE_H
#define STORE_PIN_COMPARE_H

#include "lock/tools_lock.h"
#include "records/verdict.h"

struct store;

/*
 * pin_differs(pinned, seen, d): how what a probe read differs from the pinned
 * tools, as drift_find says it; drift_release(d). False: it does not. Where the
 * words of a tool were not pinned, they do not differ: those that are seen are put
 * into pinned.
 */
bool pin_differs(struct tool_list *pinned, const struct probe *seen,
	struct verdict_drift *d);

/* pin_tool(l, name): the tool of that name in a list, or NULL. */
const struct tool_digest *pin_tool(const struct tool_list *l, const char *name);

/*
 * pin_texts(s, slug, l, failed): what each tool of a list says, or NULL where the
 * store does not have it; where the store failed, *failed is true, and the
 * operator has been told. pin_texts_free(texts, l).
 */
char **pin_texts(struct store *s, const char *slug, const struct tool_list *l,
	bool *failed);
void pin_texts_free(char **texts, const struct tool_list *l);

/*
 * pin_before(lock, slug, pinned, seen, texts): the pinned definitions, as
 * definitions_read takes them; free it. pin_after(lock, slug, pinned, seen,
 * texts): those of the list that is seen, likewise. Tools of which the other side
 * has no text are left out.
 */
char *pin_before(const struct tools_lock *lock, const char *slug,
	const struct tool_list *pinned, const struct tool_list *seen,
	char *const *texts);
char *pin_after(const struct tools_lock *lock, const char *slug,
	const struct tool_list *pinned, const struct tool_list *seen,
	char *const *texts);

#endif
