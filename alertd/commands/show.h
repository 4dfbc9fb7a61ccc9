/*
 * show.h: the commands that only show what is known of servers.
 */
#ifndef COMMANDS_SHOW_H
#define COMMANDS_SHOW_H

#include "notifier.h"
#include "options.h"

/*
 * show_explain(s, slug): the explanation of one server. show_history(s, slug):
 * what was told of it, or, if slug is NULL, of all. Both print text or JSON, as
 * s says. They return an exit status; EXIT_USAGE: nothing is known of the
 * server.
 */
int show_explain(const struct notifier_setup *s, const char *slug);
int show_history(const struct notifier_setup *s, const char *slug);

/*
 * show_report(s, o): print the report of the nights that the options name, in
 * the same way, or as CSV. An exit status.
 */
int show_report(const struct notifier_setup *s, const struct options *o);

/* show_list(s): print all open incidents, in the same way. */
int show_list(const struct notifier_setup *s);

#endif
