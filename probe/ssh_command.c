#include "ssh_command.h"

#include "base/num.h"

#include <stdio.h>
#include <string.h>

/* The longest command that is taken apart: a name of a region is 40 bytes. */
#define COMMAND_MAX 200

#define CONCURRENCY_MAX 1000

enum word {
	WORD_TARGETS,
	WORD_REGION,
	WORD_FORMAT,
	WORD_CONCURRENCY,
	WORDS
};

static const char *const words[WORDS] = {
	"--targets", "-r", "-f", "--concurrency"};

static bool refuse_command(char *why, const char *what)
{
	snprintf(why, SSH_COMMAND_WHY, "%s", what);
	return false;
}

static enum word word_of(const char *s)
{
	enum word w = 0;

	while (w < WORDS && strcmp(s, words[w]) != 0)
		w++;
	return w;
}

/* Whether the client may say this; *n is the number that it gave, or as it was. */
static bool allowed(enum word w, const char *value, const char *region,
	long long *n, char *why)
{
	switch (w) {
	case WORD_TARGETS:
		return strcmp(value, "-") == 0 ||
			refuse_command(why, "targets are read from standard "
					    "input only");
	case WORD_REGION:
		return strcmp(value, region) == 0 ||
			refuse_command(why, "this key is for another region");
	case WORD_FORMAT:
		return strcmp(value, "jsonl") == 0 ||
			refuse_command(why, "the format is jsonl");
	case WORD_CONCURRENCY:
		return num_parse(value, 1, CONCURRENCY_MAX, n) ||
			refuse_command(why, "concurrency is a number from 1 "
					    "to 1000");
	case WORDS:
		break;
	}
	return refuse_command(why, "this key is for probes only");
}

bool ssh_command_read(const char *s, const char *region, int *concurrency,
	char *why)
{
	char copy[COMMAND_MAX + 1], *rest = copy, *name, *value;
	long long n = *concurrency ? *concurrency : CONCURRENCY_MAX, asked = n;
	bool seen[WORDS + 1] = {false};

	if (strlen(s) > COMMAND_MAX)
		return refuse_command(why, "this key is for probes only");
	memcpy(copy, s, strlen(s) + 1);
	name = strsep(&rest, " ");
	if (strcmp(name, "mcp-probe") != 0)
		return refuse_command(why, "this key is for probes only");
	while ((name = strsep(&rest, " "))) {
		enum word w = word_of(name);

		value = strsep(&rest, " ");
		if (w == WORDS || !value || seen[w])
			return refuse_command(
				why, "this key is for probes only");
		seen[w] = true;
		if (!allowed(w, value, region, &asked, why))
			return false;
	}
	*concurrency = (int)(asked < n ? asked : n);
	return true;
}
