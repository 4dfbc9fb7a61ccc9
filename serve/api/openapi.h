/*
 * openapi.h: openapi.json, which the Makefile makes a source file of.
 */
#ifndef API_OPENAPI_H
#define API_OPENAPI_H

#include <stddef.h>

extern const char openapi[];
extern const size_t openapi_size;

#endif
