/*
 * note.h: the command "note": what the operators say of an incident to everybody
 * who looks at its page.
 */
#ifndef COMMANDS_NOTE_H
#define COMMANDS_NOTE_H

#include "notifier.h"
#include "options.h"

/*
 * note(s, o): add the note and the postmortem of the options to the incident that
 * their operand names, and print the address of its page. Returns an exit status;
 * where that is not EXIT_GOOD, the operator has been told, and nothing is noted.
 */
int note(const struct notifier_setup *s, const struct options *o);

#endif
