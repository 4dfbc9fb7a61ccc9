/* SPDX-License-Identifier: MIT */
/*
 * Goal: whatever a file of the time zone database holds, its offsets are ones
 * that it names and clocks can have.
 *
 * An input is a file.
 */
#include "fuzz.h"

#include "base/tzif.h"

static void check_at(const struct tzif *z, int64_t t)
{
	int32_t offset = tzif_offset(z, t);
	bool found = z->rule.known &&
		(offset == z->rule.winter ||
			(z->rule.changes && offset == z->rule.summer));

	for (size_t i = 0; i < z->n_offsets && !found; i++)
		found = offset == z->offsets[i];
	need(found && offset > -90000 && offset < 93600);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t instants[] = {-10000000000000, -2208988800, -1, 0,
		951782400, 1777485060, 4102444800, 253402300799,
		10000000000000};
	static struct tzif z;

	memset(&z, 0xaa, sizeof z);
	if (!tzif_read(data, size, &z))
		return 0;
	need(z.n_offsets && z.n_offsets <= TZIF_TYPES);
	need(z.n_times <= TZIF_TIMES);
	for (size_t i = 0; i < sizeof instants / sizeof *instants; i++)
		check_at(&z, instants[i]);
	for (size_t i = 0; i < z.n_times; i++) {
		need(!i || z.times[i] > z.times[i - 1]);
		if (z.times[i] > -10000000000000 && z.times[i] < 10000000000000)
			check_at(&z, z.times[i]);
	}
	/* A year, around each day of it. */
	for (int64_t t = 1767225600; t < 1798761600 && z.rule.known; t += 43200)
		check_at(&z, t);
	return 0;
}
