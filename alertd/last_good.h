/* SPDX-License-Identifier: MIT */
/*
 * last_good.h: the last configuration that was not refused. Rounds of mcp-fleet
 * keep a copy of it: see mcp-fleet(1), "When the configuration is refused".
 */
#ifndef LAST_GOOD_H
#define LAST_GOOD_H

struct conf;

/*
 * conf_load_or_last_good(path): as conf_load. If the configuration `path` is
 * refused or missing, load the copy that a round kept of it; a warning names
 * the copy. A configuration names commands, so a copy counts only if it belongs
 * to this user; if another user has one, an error names the user. NULL if
 * neither can be loaded.
 */
struct conf *conf_load_or_last_good(const char *path);

#endif
