/*
 * upload_buffer.h: memory for libcurl. Over TLS it holds a buffer of 16 KiB for
 * each request until the answer is there, and writes to the first few hundred
 * bytes of it. From malloc(3), which gives it pieces that others wrote to, all
 * of it would take memory; here only the pages that are written to do.
 */
#ifndef HTTP_UPLOAD_BUFFER_H
#define HTTP_UPLOAD_BUFFER_H

#include <stddef.h>

/* The least that libcurl takes, and a byte, by which they are known. */
#define UPLOAD_BUFFER ((size_t)16384 + 1)

/*
 * upload_buffers_reserve(n): address space for n buffers, once in a process and
 * before it has threads. Where there is none, they come from malloc(3).
 */
void upload_buffers_reserve(size_t n);

/*
 * For curl_global_init_mem: malloc(3), free(3) and realloc(3), but for what has
 * the size of such a buffer. That is asked for and given back by one thread.
 */
void *upload_buffer_malloc(size_t size);
void upload_buffer_free(void *p);
void *upload_buffer_realloc(void *p, size_t size);

#endif
