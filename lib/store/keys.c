/* SPDX-License-Identifier: MIT */
#include "store/keys.h"

#include <inttypes.h>
#include <string.h>

/* a, b and c, one behind the other, cut to KEY_MAX. */
static const char *join(
	char *out, const char *a, const char *b, const char *c)
{
	const char *parts[] = {a, b, c};
	size_t used = 0;

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		size_t n = strnlen(parts[i], KEY_MAX - 1 - used);

		memcpy(out + used, parts[i], n);
		used += n;
	}
	out[used] = '\0';
	return out;
}

const char *key_secret(char *out, const char *name, const char *sha256)
{
	return join(out, name, " ", sha256);
}

const char *key_probe(char *out, const char *slug, int64_t window,
	const char *region)
{
	snprintf(out, KEY_MAX, "probe:%s:%" PRId64 ":%s", slug, window, region);
	return out;
}

const char *key_head(char *out, const char *slug, int64_t window,
	const char *region)
{
	snprintf(out, KEY_MAX, "probe:%s:%" PRId64 ":%s:head", slug, window,
		region);
	return out;
}

const char *key_hour_row(char *out, const char *slug, int64_t hour,
	const char *region)
{
	return key_probe(out, slug, hour, region);
}

const char *key_reporters(char *out, const char *slug, int64_t window)
{
	return key_probe(out, slug, window, "reporters");
}

const char *key_latest(char *out, const char *slug)
{
	return join(out, "probe:", slug, ":latest");
}

const char *key_tool_hash(char *out, const char *slug, const char *region)
{
	snprintf(out, KEY_MAX, "probe:%s:%s:tool-hash", slug, region);
	return out;
}

const char *key_verdict(char *out, const char *slug)
{
	return join(out, "probe:", slug, ":verdict");
}

const char *key_private(char *out, const char *slug)
{
	return join(out, "probe:", slug, ":private");
}

const char *key_minutes(char *out, const char *slug)
{
	return join(out, "probe:", slug, ":minutes");
}

const char *key_counted(char *out, const char *slug, int64_t day)
{
	snprintf(out, KEY_MAX, "probe:%s:%" PRId64 ":counted", slug, day);
	return out;
}

const char *key_late(char *out, const char *slug)
{
	return join(out, "probe:", slug, ":late");
}

const char *key_latency(char *out, const char *slug, int64_t hour)
{
	snprintf(out, KEY_MAX, "probe:%s:latency:%" PRId64, slug, hour);
	return out;
}

const char *key_latency_day(char *out, const char *slug, int64_t day)
{
	snprintf(out, KEY_MAX, "probe:%s:latency:d%" PRId64, slug, day);
	return out;
}

const char *key_errors(char *out, const char *slug, int64_t hour)
{
	snprintf(out, KEY_MAX, "probe:%s:errors:%" PRId64, slug, hour);
	return out;
}

const char *key_errors_day(char *out, const char *slug, int64_t day)
{
	snprintf(out, KEY_MAX, "probe:%s:errors:d%" PRId64, slug, day);
	return out;
}

const char *key_baseline(char *out, const char *slug)
{
	return join(out, "probe:", slug, ":baseline");
}

const char *key_tools(char *out, const char *slug)
{
	return join(out, "probe:", slug, ":tools");
}

const char *key_definitions(char *out, const char *slug)
{
	return join(out, "probe:", slug, ":definitions");
}

const char *key_places(char *out, const char *slug)
{
	return join(out, "probe:", slug, ":places");
}

const char *key_budget(char *out, const char *route, int64_t hour)
{
	snprintf(out, KEY_MAX, "fleet:budget:%s:%" PRId64, route, hour);
	return out;
}

const char *key_digest(char *out, const char *route)
{
	return join(out, "fleet:digest:", route, "");
}

const char *key_signups(char *out, int64_t hour)
{
	snprintf(out, KEY_MAX, "fleet:signups:%" PRId64, hour);
	return out;
}

const char *key_history(char *out, int64_t day)
{
	snprintf(out, KEY_MAX, "fleet:history:%" PRId64, day);
	return out;
}

const char *key_report(char *out, const char *month)
{
	return join(out, "fleet:report:", month, "");
}

const char *key_inbox(char *out, const char *region, int slot)
{
	snprintf(out, KEY_MAX, "fleet:inbox:%s:%x", region, (unsigned)slot);
	return out;
}

const char *key_targets(char *out, const char *region)
{
	return join(out, "fleet:targets:", region, "");
}

const char *key_alert(char *out, const char *slug)
{
	return join(out, "alert:", slug, "");
}

const char *key_incidents(char *out, const char *slug)
{
	return join(out, "alert:", slug, ":incidents");
}
