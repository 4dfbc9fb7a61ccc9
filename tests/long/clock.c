/* SPDX-License-Identifier: MIT */
/*
 * clock.c: the time of day is what a file says, for tests of what happens in
 * weeks: LD_PRELOAD=clock.so CLOCK_FILE=FILE, which has epoch seconds as a double.
 * Where two more follow, an instant of CLOCK_MONOTONIC and a number of seconds, the
 * clock runs from that instant, for so long, and then stands. Clocks that only measure
 * how long something takes go on.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int real_time(clockid_t which, struct timespec *ts)
{
	static int (*real)(clockid_t, struct timespec *);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	return real(which, ts);
}

static double now(void)
{
	static const volatile double *file;
	static int runs;
	double passed;
	struct timespec ts;

	if (!file) {
		const char *name = getenv("CLOCK_FILE");
		int fd = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
		struct stat st = {0};
		void *p = fstat(fd, &st) ? MAP_FAILED :
			mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);

		if (p == MAP_FAILED)
			abort();
		close(fd);
		runs = (size_t)st.st_size >= 3 * sizeof *file;
		file = p;
	}
	if (!runs)
		return *file;
	real_time(CLOCK_MONOTONIC, &ts);
	passed = (double)ts.tv_sec + (double)ts.tv_nsec / 1e9 - file[1];
	return file[0] + (passed < 0 ? 0 : passed < file[2] ? passed : file[2]);
}

time_t time(time_t *out)
{
	time_t t = (time_t)now();

	if (out)
		*out = t;
	return t;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	double t = now();

	(void)zone;
	tv->tv_sec = (time_t)t;
	tv->tv_usec = (suseconds_t)((t - (double)tv->tv_sec) * 1e6);
	return 0;
}

int clock_gettime(clockid_t which, struct timespec *ts)
{
	double t;

	if (which != CLOCK_REALTIME && which != CLOCK_REALTIME_COARSE)
		return real_time(which, ts);
	t = now();
	ts->tv_sec = (time_t)t;
	ts->tv_nsec = (long)((t - (double)ts->tv_sec) * 1e9);
	return 0;
}
