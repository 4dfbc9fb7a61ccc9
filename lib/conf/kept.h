/*
 * kept.h: the last configuration that was not refused, which rounds of mcp-
 * fleet keep; see mcp-fleet(1), "When the configuration is refused".
 */
#ifndef CONF_KEPT_H
#define CONF_KEPT_H

struct conf;

/*
 * conf_load_kept(path): what a round kept of the configuration `path`, which
 * is refused or not there, loaded as conf_load does; a warning says which it
 * is. Only what belongs to this user counts, as a configuration names
 * commands. NULL where there is none; of one that another user has, an error
 * says whose it is.
 */
struct conf *conf_load_kept(const char *path);

#endif
