/* SPDX-License-Identifier: MIT */
/*
 * Goal: a line of a snapshot that is taken is of a key that there is, within its
 * limits, and is written as a line that says the same.
 *
 * The target puts number and sum right, which no input would hit.
 */
#include "fuzz.h"

#include "base/lines.h"
#include "snapshot/snapshot_line.h"

#include <math.h>

#define SUM ",\"sum\":\""

/* The input as a line with the sum that it should have. */
static void put_sum(struct buf *line, const void *data, size_t size)
{
	char hex[SHA256_HEX];

	buf_add(line, data, size);
	sha256_hex(line->p, line->len, hex);
	buf_str(line, SUM);
	buf_add(line, hex, 16);
	buf_str(line, "\"}");
}

static void check_key(const struct snapshot_line *l)
{
	struct key_name name;

	need(key_name_read(l->key, strlen(l->key), &name));
	need(name.form == l->name.form && name.type == l->name.type);
	need(isnan(l->life_ms) || l->life_ms >= 0);
	need(l->part >= 1 && (l->more || !l->cut));
	need(l->n_values > 0);
	need(name.type != KEY_STRING || l->n_values == 1);
	need(name.type != KEY_HASH || l->n_values % 2 == 0);
	for (size_t i = 0; i < l->n_values; i++)
		need(l->values[i].p[l->values[i].n] == '\0');
}

static void check_same(const struct snapshot_line *a,
	const struct snapshot_line *b)
{
	need(a->type == b->type && a->n_values == b->n_values);
	need(strcmp(a->key, b->key) == 0 && a->part == b->part);
	need(a->life_ms == b->life_ms ||
		(isnan(a->life_ms) && isnan(b->life_ms)));
	need(a->more == b->more && a->cut == b->cut);
	need(a->servers == b->servers && a->keys == b->keys);
	for (size_t i = 0; i < a->n_values; i++)
		need(a->values[i].n == b->values[i].n &&
			memcmp(a->values[i].p, b->values[i].p,
				a->values[i].n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct snapshot_line line, again;
	char why[SNAPSHOT_WHY];
	struct buf once, twice;

	buf_init(&once, SIZE_MAX / 2);
	buf_init(&twice, SIZE_MAX / 2);
	memset(why, 0xaa, sizeof why);
	need(snapshot_read((const char *)data, size, 1, &line, why) ||
		line.number == 1);
	snapshot_release(&line);
	put_sum(&once, data, size);
	memset(why, 0xaa, sizeof why);
	if (snapshot_read(once.p, once.len, 1, &line, why)) {
		need(fuzz_line(why, sizeof why));
	} else {
		if (line.type == SNAPSHOT_KEY)
			check_key(&line);
		snapshot_write(&twice, &line);
		need(buf_ok(&twice) && twice.p[twice.len - 1] == '\n');
		need(!memchr(twice.p, '\n', twice.len - 1));
		need(snapshot_read(twice.p, twice.len - 1, 1, &again, why) == 0);
		check_same(&line, &again);
		snapshot_release(&again);
		snapshot_release(&line);
	}
	buf_release(&once);
	buf_release(&twice);
	return 0;
}
