#include "commands/known_server.h"

#include "base/exits.h"
#include "base/log.h"
#include "base/spelling.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "mcp/names.h"
#include "state/state_store.h"

#include <stdlib.h>
#include <string.h>

/* The servers of the configuration, and those that the store knows. */
static bool collect(const struct notifier_setup *s, struct strings *out)
{
	const struct conf *c = s->conf;
	bool ok = state_store_all(s->states, out);

	for (size_t i = 0; c && i < c->n_servers; i++)
		strings_note(out, c->servers[i].slug);
	return ok;
}

static const char *nearest(const struct strings *all, const char *slug)
{
	for (size_t i = 0; i < all->n; i++)
		if (spelling_enough(slug, all->v[i]))
			return all->v[i];
	return NULL;
}

int known_server(const struct notifier_setup *s, const char *what)
{
	char *slug = xstrndup(what, strcspn(what, ":"));
	struct strings all = {0};
	int status = EXIT_GOOD;
	const char *near;

	if (!collect(s, &all)) {
		status = EXIT_ENV;
	} else if (strcmp(slug, SLUG_FLEET) != 0 && !strings_has(&all, slug)) {
		near = nearest(&all, slug);
		log_error("%s: nothing is known of it: the configuration does "
			  "not name it, and no verdict on it has come in the "
			  "last 30 days%s%s%s",
			slug, near ? "; did you mean '" : "", near ? near : "",
			near ? "'?" : "");
		status = EXIT_USAGE;
	}
	strings_release(&all);
	free(slug);
	return status;
}
