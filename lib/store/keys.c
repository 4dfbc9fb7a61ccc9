#include "store/keys.h"

#include <inttypes.h>

const char *key_secret(char *out, const char *name, const char *sha256)
{
	snprintf(out, KEY_MAX, "%s %s", name, sha256);
	return out;
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
	snprintf(out, KEY_MAX, "probe:%s:latest", slug);
	return out;
}

const char *key_tool_hash(char *out, const char *slug, const char *region)
{
	snprintf(out, KEY_MAX, "probe:%s:%s:tool-hash", slug, region);
	return out;
}

const char *key_verdict(char *out, const char *slug)
{
	snprintf(out, KEY_MAX, "probe:%s:verdict", slug);
	return out;
}

const char *key_minutes(char *out, const char *slug)
{
	snprintf(out, KEY_MAX, "probe:%s:minutes", slug);
	return out;
}

const char *key_counted(char *out, const char *slug, int64_t day)
{
	snprintf(out, KEY_MAX, "probe:%s:%" PRId64 ":counted", slug, day);
	return out;
}

const char *key_late(char *out, const char *slug)
{
	snprintf(out, KEY_MAX, "probe:%s:late", slug);
	return out;
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
	snprintf(out, KEY_MAX, "probe:%s:baseline", slug);
	return out;
}

const char *key_tools(char *out, const char *slug)
{
	snprintf(out, KEY_MAX, "probe:%s:tools", slug);
	return out;
}

const char *key_budget(char *out, const char *route, int64_t hour)
{
	snprintf(out, KEY_MAX, "fleet:budget:%s:%" PRId64, route, hour);
	return out;
}

const char *key_digest(char *out, const char *route)
{
	snprintf(out, KEY_MAX, "fleet:digest:%s", route);
	return out;
}

const char *key_history(char *out, int64_t day)
{
	snprintf(out, KEY_MAX, "fleet:history:%" PRId64, day);
	return out;
}

const char *key_alert(char *out, const char *slug)
{
	snprintf(out, KEY_MAX, "alert:%s", slug);
	return out;
}
