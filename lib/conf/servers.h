/*
 * servers.h: the servers of a configuration: what a server has that its own
 * place in the file or list does not say, from `defaults` and then from its
 * other values; and the servers of lists, of which there may be a hundred
 * thousand: slug, URL and title of each, and once the rest that many have in
 * common. conf.h has the functions that find a server.
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

/* Opaque. */
struct conf_listed;

struct conf_listed *listed_new(void);

/*
 * listed_free(l, regions): free it. Servers may share the array `regions`,
 * which stays.
 */
void listed_free(struct conf_listed *l, char **regions);

/* listed_add(l, s, regions): append a server; l takes what s holds. */
void listed_add(struct conf_listed *l, struct conf_server *s, char **regions);

/* listed_drop(l, out): remove the servers i with out[i]; the others move up. */
void listed_drop(struct conf_listed *l, const bool *out);

/* listed_release(s, regions): free what a server holds, but for `regions`. */
void listed_release(struct conf_server *s, char **regions);

/* listed_count(l): how many; 0 where l is NULL. */
size_t listed_count(const struct conf_listed *l);

/*
 * listed_at(l, i): a server; listed_slug(l, i): its slug. What they point to
 * lives as long as l.
 */
struct conf_server listed_at(const struct conf_listed *l, size_t i);
const char *listed_slug(const struct conf_listed *l, size_t i);

#endif
