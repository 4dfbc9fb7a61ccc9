/* SPDX-License-Identifier: MIT */
/*
 * again: runs a program many times, one after the other, and prints what it
 * took: how many a second, then in milliseconds the 99th percentile, the
 * median, and the mean of wall clock and of CPU time, and the peak memory in
 * KiB.
 *
 * usage: again COUNT OUTPUT PROGRAM [ARGUMENT…]
 * OUTPUT: the file to which the standard output of the program goes.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double ms(struct timeval t)
{
	return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	long n = argc > 3 ? strtol(argv[1], NULL, 10) : 0;
	int status;
	posix_spawn_file_actions_t to_file;
	double *took, began, all;
	struct rusage used;

	if (n < 1 || n > 1000000)
		return 2;
	took = calloc((size_t)n, sizeof *took);
	posix_spawn_file_actions_init(&to_file);
	posix_spawn_file_actions_addopen(
		&to_file, 1, argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0600);
	began = now_ms();
	for (long i = 0; i < n; i++) {
		double at = now_ms();
		pid_t pid;

		if (posix_spawnp(
			    &pid, argv[3], &to_file, NULL, argv + 3, environ) ||
			waitpid(pid, &status, 0) != pid || status)
			return 3;
		took[i] = now_ms() - at;
	}
	all = now_ms() - began;
	getrusage(RUSAGE_CHILDREN, &used);
	qsort(took, (size_t)n, sizeof *took, ascending);
	printf("%.1f %.2f %.3f %.3f %.3f %ld\n", (double)n * 1e3 / all,
		took[n * 99 / 100], took[n / 2], all / (double)n,
		(ms(used.ru_utime) + ms(used.ru_stime)) / (double)n,
		used.ru_maxrss);
	free(took);
	return 0;
}
