/*
 * keys.h: the names of all keys of the store, and what they hold; retention.h
 * has how long they live. A command or script touches the keys of one slug
 * only.
 */
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include <stdint.h>

/* Room for any key and its NUL. */
#define KEY_MAX 192

/* The most bytes that all lists of tools of a server take. */
#define KEYS_TOOLS_MAX (1024 * 1024)

/* Each writes the key to out, which has KEY_MAX bytes, and returns it. */

/* No key but a field: what is read with a token, "<name> <SHA-256 of it>". */
const char *key_secret(char *out, const char *name, const char *sha256);

/*
 * String: the records of one probe, a JSON array with ",\n" between them: of
 * the window, the probe that started first. String: what script_ingest needs to
 * know of it, see scripts.h; a key_probe without one is left as it is.
 */
const char *key_probe(char *out, const char *slug, int64_t window,
	const char *region);
const char *key_head(char *out, const char *slug, int64_t window,
	const char *region);
/* Set: the regions that reported in a window. */
const char *key_reporters(char *out, const char *slug, int64_t window);
/* Hash, region to its last 16 probes, and a few more: see scripts.h. */
const char *key_latest(char *out, const char *slug);
/* String: the contract hash of the region's newest probe that has one. */
const char *key_tool_hash(char *out, const char *slug, const char *region);
/* String: the verdict that mcp-serve shows, see records/verdict.h. */
const char *key_verdict(char *out, const char *slug);
/*
 * Hash: published minutes, field "<day>:<colour>" where day is epoch seconds
 * divided by 86400; and "upto", the last window that was published.
 */
const char *key_minutes(char *out, const char *slug);
/*
 * String: a bit for each minute of such a day, the first one foremost, that is
 * set where key_minutes counts it; and behind these 1440, two for each, as
 * what: 1 green, 2 amber, 3 red, and 0 where that is not known any more. A day
 * that was counted before there were such keys has none, see scripts.h.
 */
const char *key_counted(char *out, const char *slug, int64_t day);
/*
 * Hash: window to the verdict on a minute that was judged late, a line without
 * its newline, until mcp-alert has taken it into account.
 */
const char *key_late(char *out, const char *slug);
/*
 * Hash: bucket of mcp/histogram.h to how many probes took so long, in one hour
 * (epoch seconds / 3600).
 */
const char *key_latency(char *out, const char *slug, int64_t hour);
/* The same for one day (epoch seconds / 86400). */
const char *key_latency_day(char *out, const char *slug, int64_t day);
/*
 * Hash: how many probes of an hour were whole, field "<minute>:probes", and of
 * these failed at a layer, "<minute>:<layer>"; the minute of the hour, from 0.
 */
const char *key_errors(char *out, const char *slug, int64_t hour);
/* The same of one day, with the hour of the day for the minute. */
const char *key_errors_day(char *out, const char *slug, int64_t day);
/*
 * String: "<day> <bucket>", the bucket of mcp/histogram.h that holds the 95th
 * percentile of the 30 days before that day, or '-' for too few probes. Dropped
 * as soon as a probe of an earlier day is counted.
 */
const char *key_baseline(char *out, const char *slug);
/*
 * Hash: the tools, for drift. "<tool_hash>.<full_hash>" is a list of them as
 * JSON, and "listed:" before that when the newest probe started that told it;
 * "seen:<region>" the list that a region had last, "changes:<region>" how often
 * its list changed, and "stood:<region>" how it stood; "churn:since" is there
 * where they change too often.
 */
const char *key_tools(char *out, const char *slug);
/* String: all that mcp-alert knows of a server, or of SLUG_FLEET. */
const char *key_alert(char *out, const char *slug);

/*
 * Set: the events that a route got one by one in an hour (epoch seconds /
 * 3600), where it has a budget. String: the process that sends a route its
 * digests.
 */
const char *key_budget(char *out, const char *route, int64_t hour);
const char *key_digest(char *out, const char *route);

/*
 * Hash: slug to what readers need of a server, JSON; "" for a private one,
 * which is so, to the length, for readers what one is that nobody knows.
 */
#define KEY_SERVERS "fleet:servers"
/*
 * Hash: the same of private servers, by slug and digest of the token, see
 * key_secret. Who does not show it asks for a field that is not there, whether
 * there is a server of that name or none, and so learns nothing from how long
 * the answer takes.
 */
#define KEY_PRIVATE "fleet:private"
/* String: what readers need of the site, JSON; see mcp-serve(8). */
#define KEY_SITE "fleet:site"
/* Hash: account, as in fleet:private, to the digest and its slugs, JSON. */
#define KEY_ACCOUNTS "fleet:accounts"
/* Hash: stage (ingest, verdict, alert) to when it last ran, epoch seconds. */
#define KEY_HEARTBEATS "fleet:heartbeats"
/*
 * Hash: "since", when routes were first seen; "passed", when a test of them
 * last arrived at all; epoch seconds.
 */
#define KEY_TESTS "fleet:tests"
/* Set: the slugs that have undelivered events. */
#define KEY_UNDELIVERED "fleet:undelivered"
/* Hash: region to the last runner record of it. */
#define KEY_RUNNERS "fleet:runners"
/*
 * Hash: region to a runner record of status isolated, where the region's own
 * network is cut off by the last evaluation; its `at` is since when.
 */
#define KEY_ISOLATED "fleet:isolated"
/*
 * Hash: machine and folder to what mcp-fleet(1) keeps there, the last spool
 * record of it.
 */
#define KEY_SPOOLS "fleet:spools"
/* Hash: id to maintenance record; see mcp-records(5). */
#define KEY_MAINTENANCE "fleet:maintenance"

#endif
