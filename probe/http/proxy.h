/*
 * proxy.h: which proxy the environment names, read as curl(1) does. It is read
 * here and not by libcurl, so that a failure of the proxy is not mistaken for
 * one of the server.
 */
#ifndef HTTP_PROXY_H
#define HTTP_PROXY_H

#include "http/url.h"

/*
 * http_proxy_find(u): the value of http_proxy, https_proxy, HTTPS_PROXY,
 * all_proxy or ALL_PROXY that is for u, from the environment; NULL for none,
 * or where no_proxy or NO_PROXY names its host. Plain HTTP to the loopback goes
 * through a proxy only if that is on this machine too.
 */
const char *http_proxy_find(const struct url *u);

/* http_proxy_any(): whether the environment names a proxy at all. */
bool http_proxy_any(void);

/* http_proxy_hide(): mask the passwords of all proxies of the environment, see
   redaction/mask.h. */
void http_proxy_hide(void);

/*
 * http_proxy_spared(list, host): whether a host (an IPv6 address in brackets)
 * is in a list like that of no_proxy: names, which include their subdomains,
 * addresses, networks like 10.0.0.0/8, or "*", separated by commas or spaces.
 */
bool http_proxy_spared(const char *list, const char *host);

#endif
