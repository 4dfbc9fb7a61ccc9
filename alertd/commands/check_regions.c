#include "commands/check_regions.h"

#include "terms/regions.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Room for what a region has: a provider is the longest. */
#define SHARED 404

enum shared { CONTINENT, PROVIDER, ASN, SHARED_KINDS };

static const char *const called[SHARED_KINDS] = {
	[CONTINENT] = "continent",
	[PROVIDER] = "provider",
	[ASN] = "asn",
};

/* Set out to the region's continent, provider or asn; "": not known. */
static void property(const struct conf_region *r, enum shared kind, char *out)
{
	double north = r->position.latitude, east = r->position.longitude;
	const char *text = "";

	*out = '\0';
	if (kind == ASN) {
		if (r->asn)
			snprintf(out, SHARED, "%" PRId64, r->asn);
		return;
	}
	if (kind == PROVIDER && r->provider)
		text = r->provider;
	if (kind == CONTINENT &&
		(r->position.known || region_position(r->name, &north, &east)))
		text = region_continent(north, east);
	snprintf(out, SHARED, "%s", text);
}

/* Whether regions i and k share it. */
static bool shares(const struct conf *c, enum shared kind, size_t i, size_t k)
{
	char a[SHARED], b[SHARED];

	property(&c->regions[i], kind, a);
	property(&c->regions[k], kind, b);
	return *a && strcmp(a, b) == 0;
}

/* Append a line for the regions that share it with i, if i is their first. */
static void put_group(struct buf *b, const struct conf *c, enum shared kind,
	size_t i)
{
	char what[SHARED];
	size_t n = 0;

	for (size_t k = 0; k < c->n_regions; k++) {
		if (!shares(c, kind, i, k))
			continue;
		if (k < i)
			return;
		n++;
	}
	if (n < 2)
		return;
	for (size_t k = i, put = 0; k < c->n_regions; k++)
		if (shares(c, kind, i, k))
			buf_fmt(b, "%s%s", put++ ? ", " : "regions ",
				c->regions[k].name);
	property(&c->regions[i], kind, what);
	buf_fmt(b, ": %zu of %zu share the %s %s\n", n, c->n_regions,
		called[kind], what);
}

void check_regions(struct buf *b, const struct conf *c)
{
	for (unsigned kind = 0; kind < SHARED_KINDS; kind++)
		for (size_t i = 0; i < c->n_regions; i++)
			put_group(b, c, (enum shared)kind, i);
}
