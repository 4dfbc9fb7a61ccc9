/*
 * output.h: what is printed beside deliveries. A thread of its own writes it,
 * so that whoever reads it, or does not, holds no delivery back.
 */
#ifndef ALERTD_OUTPUT_H
#define ALERTD_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

/* What nobody has read yet; an event more than that is not printed. */
#define OUTPUT_MAX (16u * 1024 * 1024)
/* In the end a reader that takes nothing is waited for so long. */
#define OUTPUT_PATIENCE_MS 5000

/* Opaque. */
struct output;

/* output_new(fd): fd stays the caller's, who writes nothing to it meanwhile. */
struct output *output_new(int fd);

/*
 * output_put(o, p, n): whole lines, to be written behind those before them.
 * Never waits for who reads them.
 */
void output_put(struct output *o, const char *p, size_t n);

/*
 * output_close(o): wait until all is written, OUTPUT_PATIENCE_MS at most while
 * nobody reads it. False where something was not, which the operator has been
 * told. o may be NULL.
 */
bool output_close(struct output *o);

#endif
