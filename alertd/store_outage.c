#include "store_outage.h"

#include "state/backend.h"
#include "state/outage_file.h"
#include "state/state_store.h"

#include <stddef.h>

bool store_outage_tell(const struct notifier_setup *setup, const char *url,
	const char *why)
{
	struct outage_file *file = outage_file_open(url, why != NULL);
	struct notifier_setup own = *setup;
	struct notifier *p;
	bool ok;

	if (!file)
		return true;
	own.states = state_store_new_on(&file_backend, file);
	own.maintenances = NULL;
	own.alone = true;
	p = notifier_new(&own);
	if (!notifier_store(p, why))
		outage_file_remove(file);
	ok = !notifier_failed(p);
	notifier_free(p);
	state_store_free(own.states);
	outage_file_close(file);
	return ok;
}
