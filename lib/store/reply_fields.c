/* SPDX-License-Identifier: MIT */
/*
 * reply_fields.c: goes through the fields of a hash in a reply of the store.
 */
#include "store/store.h"

#include <string.h>

bool store_field(const struct store_reply *r, struct store_field *f)
{
	do {
		if (f->next + 1 >= store_count(r))
			return false;
		f->name = store_text(store_item(r, f->next));
		f->value = store_item(r, f->next + 1);
		f->text = store_text(f->value);
		f->next += 2;
	} while (!f->name || !f->text);
	return true;
}

const char *store_value(const struct store_reply *r, const char *name)
{
	for (struct store_field f = {.next = 0}; store_field(r, &f);)
		if (strcmp(f.name, name) == 0)
			return f.text;
	return NULL;
}
