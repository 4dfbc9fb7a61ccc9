#include "store_outage.h"

#include "state/outage_file.h"
#include "state/state_store.h"

#include <stddef.h>

bool away_tell(const struct pager_setup *setup, const char *url,
	const char *why)
{
	struct local *file = local_open(url, why != NULL);
	struct pager_setup own = *setup;
	struct pager *p;
	bool ok;

	if (!file)
		return true;
	own.shelf = shelf_new_local(file);
	own.calendar = NULL;
	p = pager_new(&own);
	if (!pager_store(p, why))
		local_remove(file);
	ok = !pager_failed(p);
	pager_free(p);
	shelf_free(own.shelf);
	local_close(file);
	return ok;
}
