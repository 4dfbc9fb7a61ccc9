/*
 * input.h: the lines of an input, each used or refused by its number.
 */
#ifndef ALERTD_INPUT_H
#define ALERTD_INPUT_H

#include <stddef.h>

struct input {
	unsigned long line;    /* the number of the one in use, from 1 */
	unsigned long refused; /* so far */
	void (*idle)(void *arg); /* or NULL, like the next: see input_read */
	void (*quiet)(void *arg);
};

/* Between two lines of one round there is less. */
#define INPUT_QUIET_MS 50

/*
 * input_read(in, fd, name, use, arg): every line of fd that is not empty to
 * use(arg, p, n, why), which returns 0, or -1 and why it refuses the line; why
 * has RECORD_WHY bytes. The operator is told of the first that are refused, and
 * how many more there are. An exit status. The counts of *in are zero at first,
 * and say meanwhile how far it is. idle(arg) is called before more of the input
 * is waited for; quiet(arg) where none comes for INPUT_QUIET_MS.
 */
int input_read(struct input *in, int fd, const char *name,
	int (*use)(void *arg, const char *p, size_t n, char *why), void *arg);

/* input_refuse(in, line, why): an earlier line is refused after all. */
void input_refuse(struct input *in, unsigned long line, const char *why);

#endif
