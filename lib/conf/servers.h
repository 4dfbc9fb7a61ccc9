/* SPDX-License-Identifier: MIT */
/*
 * servers.h: the servers of a configuration: what a server has that its own
 * place in the file or list does not say, from `defaults` and then from its
 * other values. conf.h has the functions that find a server.
 */
#ifndef CONF_SERVERS_H
#define CONF_SERVERS_H

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

/*
 * conf_add_server(c, s): append a server to those of c; c takes what it holds.
 * conf_release_server(c, s): free what a server holds.
 */
void conf_add_server(struct conf *c, const struct conf_server *s);
void conf_release_server(const struct conf *c, struct conf_server *s);

#endif
