/*
 * defaults.h: what a server has that its own place in the file or list does not
 * say: from `defaults`, then from its other values.
 */
#ifndef CONF_DEFAULTS_H
#define CONF_DEFAULTS_H

#include "conf/conf.h"
#include "conf/errors.h"

/*
 * conf_note_defaults(c, r): note which keys each element of `defaults` gives,
 * by the places in r that conf_read has told.
 */
void conf_note_defaults(struct conf *c, const struct conf_errors *r);

/*
 * conf_complete_server(c, s, r): give a server of c what it lacks. By r, a key
 * is given that has a place; what comes from `defaults` gets one there.
 */
void conf_complete_server(
	const struct conf *c, struct conf_server *s, struct conf_errors *r);

#endif
