/* SPDX-License-Identifier: MIT */
/*
 * ca.h: the certificates of `ca` of a server, from the file that it names, or from
 * its text. They travel with the target, so a region needs no such file; nothing
 * else in the file does.
 */
#ifndef CONF_CA_H
#define CONF_CA_H

#include <stddef.h>

/* Room for the reason why a file cannot be used; the most bytes of certificates. */
#define CONF_CA_WHY 200
#define CONF_CA_MAX (64 * 1024)

/*
 * conf_ca_read(config, ca, why): the certificates in PEM of ca, or of the file ca,
 * relative to the folder of the file `config`; free it. NULL and why, of
 * CONF_CA_WHY bytes: it cannot be read, is no regular file, or has no
 * certificate, or more than CONF_CA_MAX bytes of them.
 */
char *conf_ca_read(const char *config, const char *ca, char *why);

/*
 * conf_ca_path(config, ca): where that file is; free it. A text of several lines
 * stays as it is.
 */
char *conf_ca_path(const char *config, const char *ca);

/*
 * conf_ca_pick(text): keep of a text only its certificates in PEM, and drop all
 * else, such as a key. Returns how many bytes are left; a NUL follows them. Pure.
 */
size_t conf_ca_pick(char *text);

#endif
