/* SPDX-License-Identifier: MIT */
/*
 * input.h: records from a file descriptor.
 */
#ifndef HISTORIES_INPUT_H
#define HISTORIES_INPUT_H

struct record;

/* The user of records returns it to get no more records. */
#define INPUT_STOP (-2)

/* All zero before anything is read. */
struct input {
	unsigned long line;    /* the number of the line that is read */
	unsigned long refused; /* how many lines were refused */
};

/*
 * input_read(in, fd, use, arg): hand every record up to the end to use(arg, r,
 * why), which returns 0; or -1 and why, which has RECORD_WHY bytes, to refuse
 * the record; or INPUT_STOP. 0; -1 and errno where read(2) failed; or
 * INPUT_STOP.
 *
 * input_refuse(in, line, why): count a refused line, and log the first ones,
 * with number and reason. input_told(in): at the end, log how many others there
 * were.
 */
int input_read(struct input *in, int fd,
	int (*use)(void *arg, const struct record *r, char *why), void *arg);
void input_refuse(struct input *in, unsigned long line, const char *why);
void input_told(const struct input *in);

#endif
