/*
 * again: runs a program many times, one after the other, its output thrown
 * away, and prints how many a second, and the 99th percentile in milliseconds.
 *
 * usage: again COUNT PROGRAM [ARGUMENT…]
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	long n = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
	int status;
	posix_spawn_file_actions_t quiet;
	double *took, began;

	if (n < 1 || n > 1000000)
		return 2;
	took = calloc((size_t)n, sizeof *took);
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	began = now_ms();
	for (long i = 0; i < n; i++) {
		double at = now_ms();
		pid_t pid;

		if (posix_spawn(&pid, argv[2], &quiet, NULL, argv + 2, environ) ||
			waitpid(pid, &status, 0) != pid || status)
			return 3;
		took[i] = now_ms() - at;
	}
	printf("%.1f ", (double)n * 1e3 / (now_ms() - began));
	qsort(took, (size_t)n, sizeof *took, ascending);
	printf("%.2f\n", took[n * 99 / 100]);
	free(took);
	return 0;
}
