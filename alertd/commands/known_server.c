/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "base/exits.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "state/state_store.h"
#include "terms/names.h"

#include <stdlib.h>
#include <string.h>

/* The server whose name is so much like it, or NULL. */
static const char *nearest(
	const struct conf *c, const struct strings *stored, const char *slug)
{
	for (size_t i = 0; i < stored->n; i++)
		if (spelling_enough(slug, stored->v[i]))
			return stored->v[i];
	return conf_server_near(c, slug);
}

int known_server(const struct run *s, const char *what)
{
	char *slug = xstrndup(what, strcspn(what, ":"));
	bool named = strcmp(slug, SLUG_FLEET) == 0 ||
		     conf_place(s->conf, slug) != CONF_NOWHERE;
	struct strings stored = {0};
	int status = EXIT_GOOD;
	const char *near;

	if (!state_store_all(s->states, &stored)) {
		status = EXIT_ENV;
	} else if (!named && !strings_has(&stored, slug)) {
		near = nearest(s->conf, &stored, slug);
		log_error("%s: nothing is known of it: the configuration does "
			  "not name it, and no verdict on it has come in the "
			  "last 30 days%s%s%s",
			slug, near ? "; did you mean '" : "", near ? near : "",
			near ? "'?" : "");
		status = EXIT_USAGE;
	}
	strings_release(&stored);
	free(slug);
	return status;
}
