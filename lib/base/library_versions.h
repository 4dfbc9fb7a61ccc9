/* library_versions.h: the versions of the libraries that a program runs with. */
#ifndef BASE_LIBRARY_VERSIONS_H
#define BASE_LIBRARY_VERSIONS_H

#include "base/buf.h"

/*
 * library_versions_put(b): append "libcurl/7.88.1 OpenSSL/3.0.19 … cJSON/1.7.15":
 * the versions that the loaded libraries report, which may differ from those of
 * the build; with the libraries of libcurl, without hiredis and libfcgi, which do
 * not report theirs.
 */
void library_versions_put(struct buf *b);

#endif
