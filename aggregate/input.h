/*
 * input.h: records from a file descriptor.
 */
#ifndef INPUT_H
#define INPUT_H

struct collect;

/*
 * input_read(fd, c, refused): take in every record up to the end. The operator
 * is told of the first lines that cannot be used, with number and reason;
 * *refused is how many they were in all. 0, or -1 and errno where read(2)
 * failed.
 */
int input_read(int fd, struct collect *c, unsigned long *refused);

#endif
