/*
 * input.h: records from a file descriptor.
 */
#ifndef INPUT_H
#define INPUT_H

struct record;

/* What a reader of records returns to have no more of them. */
#define INPUT_STOP (-2)

/*
 * input_read(fd, use, arg, refused): hand every record up to the end to
 * use(arg, r, why), which returns 0; or -1 and why, which has RECORD_WHY bytes,
 * where it cannot be used; or INPUT_STOP. The operator is told of the first
 * lines that cannot be used, with number and reason; *refused is how many they
 * were in all. 0; -1 and errno where read(2) failed; or INPUT_STOP.
 */
int input_read(int fd,
	int (*use)(void *arg, const struct record *r, char *why), void *arg,
	unsigned long *refused);

#endif
