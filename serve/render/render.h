/*
 * render.h: what the web is told, as files.
 */
#ifndef RENDER_RENDER_H
#define RENDER_RENDER_H

#include <stdbool.h>

struct service;

/*
 * render(path, service, now, verbose): make the folder hold what a stranger
 * who asks now is answered at each path, as mcp-serve(8) says. Returns an exit
 * status, after it told why.
 */
int render(const char *path, struct service *service, double now, bool verbose);

#endif
