/* libraries.h: with which versions of libraries of others a program runs. */
#ifndef BASE_LIBRARIES_H
#define BASE_LIBRARIES_H

#include "base/buf.h"

/*
 * libraries_put(b): append "libcurl/7.88.1 OpenSSL/3.0.19 … cJSON/1.7.15":
 * what those that are loaded say of themselves now, which may differ from what
 * this was compiled with; nothing for hiredis and libfcgi, which cannot say
 * it. As libcurl says it, the libraries that it uses are there, too.
 */
void libraries_put(struct buf *b);

#endif
