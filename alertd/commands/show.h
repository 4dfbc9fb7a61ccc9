/*
 * show.h: the commands that look at what is known of servers and change
 * nothing.
 */
#ifndef COMMANDS_SHOW_H
#define COMMANDS_SHOW_H

#include "notifier.h"

/*
 * look_explain(s, slug): the explanation of one server. look_history(s, slug):
 * what was told of it, or of all where slug is NULL. On standard output, text
 * or lines as s says. An exit status; EXIT_USAGE where nothing is known of it.
 */
int look_explain(const struct pager_setup *s, const char *slug);
int look_history(const struct pager_setup *s, const char *slug);

/* look_list(s): all incidents that are open, in the same way. */
int look_list(const struct pager_setup *s);

#endif
