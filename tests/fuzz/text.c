/* SPDX-License-Identifier: MIT */
/*
 * Goal: text from strangers comes out clean; a name, a number, a duration or an
 * instant is one, or nothing.
 */
#include "fuzz.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "terms/names.h"

static void clean(const char *p, size_t n)
{
	char out[TEXT_SIZE], small[7];
	size_t len;

	memset(out, 0xaa, sizeof out);
	len = text_clean(p, n, out, sizeof out, TEXT_MAX);
	need(len == strnlen(out, sizeof out));
	need(fuzz_clean(out, sizeof out));
	need(text_is_utf8(p, n) || strchr(out, '?') || n > len);
	len = text_clean(p, n, small, sizeof small, 3);
	need(len < sizeof small && fuzz_clean(small, sizeof small));
	need(strncmp(small, out, len) == 0);
}

static void characters(const char *p, size_t n)
{
	char put[4];
	uint32_t cp;

	for (size_t i = 0; i < n; i++) {
		size_t len = text_utf8(p + i, n - i, &cp);

		need(len <= 4 && len <= n - i);
		need(!len || (text_put_utf8(cp, put) == len &&
			memcmp(put, p + i, len) == 0));
	}
}

static void instants(const char *s)
{
	char out[CLOCK_RFC3339];
	int64_t t, again;

	if (!clock_rfc3339_parse(s, &t))
		return;
	/* What is written lies behind the epoch, and before the year 10000. */
	if (t < 0 || t > 253402300799)
		return;
	clock_rfc3339(t, out);
	need(clock_rfc3339_parse(out, &again) && again == t);
}

static void numbers(const char *s)
{
	double d = -1;
	long long n = 0, again = 0;
	char out[32];

	if (num_parse(s, -1000000, 1000000, &n)) {
		need(n >= -1000000 && n <= 1000000);
		snprintf(out, sizeof out, "%lld", n);
		need(num_parse(out, n, n, &again) && again == n);
	}
	if (num_duration(s, 0.5, 86400, &d))
		need(d >= 0.5 && d <= 86400);
	if (num_decimal(s, &d))
		need(d >= 0 && d <= NUM_EPOCH_MAX);
}

static void names(const char *s)
{
	char slug[SLUG_MAX + 1], again[SLUG_MAX + 1];

	memset(slug, 0xaa, sizeof slug);
	slug_from_host(s, slug);
	need(strnlen(slug, sizeof slug) < sizeof slug);
	need(slug_valid(slug));
	slug_from_host(slug, again);
	need(strcmp(slug, again) == 0);
	need(!slug_valid(s) || strcmp(s, slug) == 0);
	need(!region_valid(s) || strlen(s) <= REGION_MAX);
	need(!probe_id_valid(s) || strlen(s) <= PROBE_ID_MAX);
	need(!hash_valid(s) || strlen(s) == HASH_HEX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = fuzz_string(data, size);

	clean((const char *)data, size);
	characters((const char *)data, size);
	instants(s);
	numbers(s);
	names(s);
	free(s);
	return 0;
}
