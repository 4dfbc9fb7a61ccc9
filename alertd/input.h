/* SPDX-License-Identifier: MIT */
/*
 * input.h: reads the lines of an input; those that are refused are reported.
 */
#ifndef ALERTD_INPUT_H
#define ALERTD_INPUT_H

#include <stdbool.h>
#include <stddef.h>

struct input {
	unsigned long line;    /* the number of the one in use, from 1 */
	unsigned long refused; /* so far */
	void (*idle)(void *arg); /* or NULL, like the next: see input_read */
	void (*quiet)(void *arg);
	bool (*wait)(void *arg, int fd, int ms);
};

/* A longer pause means that a round of verdicts is over. */
#define INPUT_QUIET_MS 50

/*
 * input_read(in, fd, name, use, arg): give every line of fd that is not empty
 * to use(arg, p, n, why), which returns 0; or -1 where it refuses the line, and
 * why, in RECORD_WHY bytes. The operator is notified of the first refused
 * lines, and of how many more there are. idle(arg) is called before waiting for
 * input, quiet(arg) when none has come for INPUT_QUIET_MS. wait(arg, fd, ms)
 * does something useful until fd can be read, or for ms milliseconds (-1: for
 * as long as it takes); whether it can be read. The counts of *in, zero at
 * first, are kept up to date. Returns an exit status.
 */
int input_read(struct input *in, int fd, const char *name,
	int (*use)(void *arg, const char *p, size_t n, char *why), void *arg);

/* input_refuse(in, line, why): an earlier line is refused after all. */
void input_refuse(struct input *in, unsigned long line, const char *why);

#endif
