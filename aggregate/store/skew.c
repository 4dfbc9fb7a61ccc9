#include "store/skew.h"

#include "base/clock.h"
#include "store/store.h"

int store_skew(struct store *s, double skew[2])
{
	double before = clock_wall(), theirs;
	const struct store_reply *r = store_one(s, "TIME", NULL);

	if (!r)
		return -1;
	theirs = (double)store_int(store_item(r, 0), 0) +
		(double)store_int(store_item(r, 1), 0) / 1e6;
	skew[0] = before - theirs;
	skew[1] = clock_wall() - theirs;
	return 0;
}
