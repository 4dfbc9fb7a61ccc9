/* SPDX-License-Identifier: MIT */
/*
 * groups.c: one program of many groups of tests, each of which was a main() of its own.
 *
 *	build/unit/lib [-j N] [NAME...]
 *	build/unit/test_NAME
 *
 * The first runs all groups, or those whose name contains a NAME: each in a process of
 * its own, so that one that crashes stops no other, and as many at a time as there are
 * cores, or N. It prints a line of TAP for each, and of one that fails all that it said.
 * The second, a link to the same program, runs one group in this process.
 *
 * PROGRAM is its name, and GROUPS names the groups: GROUP(test_a) GROUP(test_b). See
 * tests/tests.mk.
 */
#include "groups.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#define GROUP(name) int group_##name(void);
GROUPS
#undef GROUP

#define GROUP(name) {#name, group_##name},
static const struct group {
	const char *name;
	int (*run)(void);
} groups[] = {GROUPS};
#undef GROUP

#define N_GROUPS (sizeof groups / sizeof *groups)

char **group_args;

/* A group that runs: its process, 0 where it does not run, and what it said. */
static struct {
	pid_t pid;
	FILE *said;
} running[N_GROUPS];

/* As it was called: its folder, with the slash, and its name. */
static const char *program = "";
static int folder_len;
static unsigned numbers, failures;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program, what, strerror(errno));
	exit(2);
}

static void begin(size_t i)
{
	FILE *said = tmpfile();
	pid_t pid;

	if (!said)
		die("a temporary file");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		if (dup2(fileno(said), STDOUT_FILENO) < 0 ||
			dup2(fileno(said), STDERR_FILENO) < 0)
			die("dup2");
		fclose(said);
		exit(groups[i].run() == 0 ? 0 : 1);
	}
	running[i].pid = pid;
	running[i].said = said;
}

/* What a group that failed said, as comments of TAP. */
static void show(FILE *said)
{
	bool fresh = true;
	int c;

	rewind(said);
	while ((c = getc(said)) != EOF) {
		if (fresh)
			fputs("#   ", stdout);
		putchar(c);
		fresh = c == '\n';
	}
	if (!fresh)
		putchar('\n');
}

static void report(size_t i, int status)
{
	const char *name = groups[i].name;

	if (status == 0) {
		printf("ok %u - %s\n", ++numbers, name);
	} else {
		failures++;
		printf("not ok %u - %s\n", ++numbers, name);
		show(running[i].said);
		if (WIFSIGNALED(status))
			printf("#   ended by signal %d (%s)\n", WTERMSIG(status),
				strsignal(WTERMSIG(status)));
	}
	fclose(running[i].said);
	running[i].pid = 0;
}

/* Waits until one of the groups that run has ended. */
static void await(void)
{
	int status;
	pid_t pid;

	do
		pid = wait(&status);
	while (pid < 0 && errno == EINTR);
	if (pid < 0)
		die("wait");
	for (size_t i = 0; i < N_GROUPS; i++)
		if (running[i].pid == pid) {
			report(i, status);
			return;
		}
}

static bool chosen(const char *name, char **names)
{
	if (!*names)
		return true;
	for (; *names; names++)
		if (strstr(name, *names))
			return true;
	return false;
}

/* Returns the status to exit with. */
static int run_all(long jobs, char **names)
{
	unsigned n = 0;

	for (size_t i = 0; i < N_GROUPS; i++) {
		if (!chosen(groups[i].name, names))
			continue;
		if (n >= numbers + (unsigned)jobs)
			await();
		begin(i);
		n++;
	}
	while (numbers < n)
		await();
	printf("1..%u\n", n);
	if (!n)
		fprintf(stderr, "%s: no group has such a name\n", program);
	if (failures)
		printf("# %u of %u failed; one alone: %.*sNAME\n", failures, n,
			folder_len, program);
	return failures || !n;
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash ? slash + 1 : argv[0];
	long jobs = sysconf(_SC_NPROCESSORS_ONLN);
	int option;

	program = argv[0];
	folder_len = (int)(name - program);
	/* What a group says goes out by lines, for it may crash after any. */
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	for (size_t i = 0; i < N_GROUPS; i++)
		if (strcmp(groups[i].name, name) == 0) {
			group_args = argv + 1;
			return groups[i].run() == 0 ? 0 : 1;
		}
	if (strcmp(name, PROGRAM) != 0) {
		fprintf(stderr, "%s: no group of " PROGRAM " has this name\n", program);
		return 2;
	}
	while ((option = getopt(argc, argv, "j:")) != -1) {
		if (option != 'j' || (jobs = strtol(optarg, NULL, 10)) < 1) {
			fprintf(stderr, "usage: %s [-j N] [NAME...]\n", program);
			return 2;
		}
	}
	return run_all(jobs < 1 ? 1 : jobs, argv + optind);
}
