/* SPDX-License-Identifier: MIT */
#include "export/export.h"

#include "base/lines.h"

int export_flush(struct export *e)
{
	int rc = e->rows.out.len
		? line_print(e->rows.out.p, e->rows.out.len)
		: 0;

	buf_clear(&e->rows.out);
	return rc;
}
