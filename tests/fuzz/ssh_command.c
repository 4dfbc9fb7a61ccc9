/* SPDX-License-Identifier: MIT */
/*
 * Goal: of whatever a client of sshd asks for, nothing but a probe for this region
 * is heeded, written in exactly one way, and never more probes at once than its
 * owner allows; what is refused is not repeated.
 *
 * An input is a byte of what the owner allows, then the command.
 */
#include "fuzz.h"

#include "options.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#define REGION "us-east-1"
#define ALL 1000

static const char *const words[] = {
	" --targets ", " -r ", " -f ", " --concurrency "};

/* Whether the command is one that the page allows. */
static bool permitted(const char *s)
{
	static const char form[] = "^mcp-probe( --targets -| -r " REGION
		"| -f jsonl| --concurrency 0*([1-9][0-9]{0,2}|1000))*$";
	static regex_t re;
	static bool made;

	if (!made)
		need(regcomp(&re, form, REG_EXTENDED | REG_NOSUB) == 0);
	made = true;
	if (strlen(s) > 200 || regexec(&re, s, 0, NULL, 0))
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		const char *first = strstr(s, words[i]);

		if (first && strstr(first + 1, words[i]))
			return false;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int owners[] = {0, 1, 7, ALL};
	char why[SSH_COMMAND_WHY], *s;
	int owner, most, n;
	const char *asked;
	long n_asked;

	if (!size)
		return 0;
	s = fuzz_string(data + 1, size - 1);
	owner = owners[*data % 4];
	most = owner ? owner : ALL;
	n = owner;
	memset(why, 0xaa, sizeof why);
	if (!ssh_command_read(s, REGION, &n, why)) {
		need(!permitted(s));
		need(n == owner && fuzz_line(why, sizeof why));
		need(!strstr(why, "SECRET"));
	} else {
		need(permitted(s));
		asked = strstr(s, words[3]);
		n_asked = asked ? strtol(asked + strlen(words[3]), NULL, 10)
				: most;
		need(n == (n_asked < most ? n_asked : most));
	}
	free(s);
	return 0;
}
