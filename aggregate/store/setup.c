/* SPDX-License-Identifier: MIT */
#include "store/setup.h"

#include "base/exits.h"
#include "base/log.h"
#include "base/strings.h"
#include "conf/conf.h"
#include "options.h"
#include "store/beat.h"
#include "store/store.h"

#include <string.h>

int setup_open(struct setup *s, const struct command *cmd)
{
	const char *address = cmd->store, *ca = NULL;
	char why[STORE_WHY];

	*s = (struct setup) {.conf = NULL};
	if (cmd->config) {
		s->conf = conf_load(cmd->config);
		if (!s->conf)
			return EXIT_USAGE;
		if (!address)
			address = s->conf->store;
		ca = s->conf->store_ca;
	}
	s->store = store_open(address, ca, why);
	/* A restore is for a store that may be half restored. */
	if (cmd->form->use != STORE_RESTORE)
		s->store = format_guard(
			s->store, cmd->form->use == STORE_FILL, why);
	if (s->store)
		return EXIT_GOOD;
	log_error("%s", why);
	return EXIT_ENV;
}

void setup_close(struct setup *s)
{
	store_close(s->store);
	conf_free(s->conf);
}

/*
 * Copy the word behind "name:" in the answers of all servers to INFO to out, which
 * has 40 bytes: where they differ, one that is not the right one.
 */
static void info_word(const struct store_reply *r, const char *name,
	const char *right, char out[40])
{
	const char *at = store_text(r);

	while (at && (at = strstr(at, name)) != NULL) {
		at += strlen(name);
		if (!*out || strcmp(out, right) == 0)
			snprintf(out, 40, "%.*s", (int)strcspn(at, "\r\n"),
				at);
	}
}

void setup_settings(struct store *s, char policy[40], char aof[40])
{
	*policy = *aof = '\0';
	store_add(s, "INFO", "memory", NULL);
	store_add(s, "INFO", "persistence", NULL);
	if (store_run(s))
		return;
	info_word(store_reply(s, 0), "\nmaxmemory_policy:", "noeviction",
		policy);
	info_word(store_reply(s, 1), "\naof_enabled:", "1", aof);
	if (*aof)
		snprintf(aof, 40, "%s", *aof == '0' ? "no" : "yes");
}

size_t setup_faults(const char *policy, const char *aof,
	char out[SETUP_FAULTS][SETUP_FAULT])
{
	size_t n = 0;

	if (*policy && strcmp(policy, "noeviction") != 0)
		snprintf(out[n++], SETUP_FAULT,
			"maxmemory-policy is %s, not noeviction: it may evict "
			"data",
			policy);
	if (*aof && strcmp(aof, "yes") != 0)
		snprintf(out[n++], SETUP_FAULT,
			"appendonly is off: a restart loses data");
	return n;
}
