/*
 * show.h: the commands that look at what is known of servers and change
 * nothing.
 */
#ifndef COMMANDS_SHOW_H
#define COMMANDS_SHOW_H

#include "notifier.h"

/*
 * show_explain(s, slug): the explanation of one server. show_history(s, slug):
 * what was told of it, or of all where slug is NULL. On standard output, text
 * or lines as s says. An exit status; EXIT_USAGE where nothing is known of it.
 */
int show_explain(const struct notifier_setup *s, const char *slug);
int show_history(const struct notifier_setup *s, const char *slug);

/* show_list(s): all incidents that are open, in the same way. */
int show_list(const struct notifier_setup *s);

#endif
