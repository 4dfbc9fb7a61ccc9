/* SPDX-License-Identifier: MIT */
/*
 * render.h: the public answers, as files.
 */
#ifndef RENDER_RENDER_H
#define RENDER_RENDER_H

#include <stdbool.h>

struct service;

/*
 * render(path, service, now, verbose): make the folder at `path` hold what
 * a client without a token is answered, as of now, at each path; see
 * mcp-serve(8). Returns an exit status, and logs why it is not EXIT_GOOD.
 */
int render(const char *path, struct service *service, double now, bool verbose);

#endif
