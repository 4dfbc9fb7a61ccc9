/* SPDX-License-Identifier: MIT */
/*
 * keys.h: the names of all keys of the store, and what they hold; retention.h
 * has how long they live. A command touches one key, and a script those of one
 * slug only, all of which it is given as KEYS. In a cluster the slug stands in
 * braces, see nodes.h.
 */
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include <stdint.h>

/* Room for any key and its NUL. */
#define KEY_MAX 192

/*
 * The most bytes that all lists of tools of a server take: some 800 tools. A
 * longer list is not kept.
 */
#define KEYS_TOOLS_MAX (128 * 1024)

/*
 * The most bytes of what the tools of a server say, with their lists, of which
 * one takes at most KEYS_TOOLS_MAX; and the most lists of a region.
 */
#define KEYS_DEFINITIONS_MAX (256 * 1024)
#define KEYS_DEFINITION_ROWS 64

/* Each writes a key to out, which has KEY_MAX bytes, and returns out. */

/*
 * A field, not a key: of what is read with a token, "<name> <SHA-256 of the
 * token>".
 */
const char *key_secret(char *out, const char *name, const char *sha256);

/*
 * key_probe, a string: the records of the probe that started first in a window
 * and region, a JSON array with ",\n" between them. key_head, a string: what
 * script_ingest needs to know of that, see scripts.h; a key_probe without a
 * head is left as it is.
 */
const char *key_probe(char *out, const char *slug, int64_t window,
	const char *region);
const char *key_head(char *out, const char *slug, int64_t window,
	const char *region);
/*
 * String: of each probe that started first in a minute of an hour (epoch
 * seconds / 3600), three bytes of what it found, and three more where it
 * failed; see store/hour_row.h of mcp-aggregate.
 */
const char *key_hour_row(char *out, const char *slug, int64_t hour,
	const char *region);
/* Set: the regions that reported in a window. */
const char *key_reporters(char *out, const char *slug, int64_t window);
/* Hash: region to its last 16 probes, and a few more, see scripts.h. */
const char *key_latest(char *out, const char *slug);
/* String: the contract hash of the region's newest probe that has one. */
const char *key_tool_hash(char *out, const char *slug, const char *region);
/* String: the verdict that mcp-serve shows, see records/verdict.h. */
const char *key_verdict(char *out, const char *slug);
/*
 * String, of a private server only: the digest of the token that shows it, or
 * "-" where none does. mcp-serve looks here before it reads other keys of a
 * server, so that one that is private takes no longer than one that does not
 * exist. What a client may be told is for KEY_SERVERS and KEY_PRIVATE to say.
 */
const char *key_private(char *out, const char *slug);
/*
 * Hash: published minutes, field "<day>:<colour>" where day is epoch seconds
 * divided by 86400; "<day>:red-maintenance", how many of the red ones were within
 * a maintenance; "<day>:red-unchecked" and "<day>:amber-unchecked", in how many of
 * these colours our checks were kept out, which have no part in the uptime; and
 * "upto", the epoch second at which the last window was
 * published; the beginning of the window if -N pretended now. "early": a
 * window that was published during a round, see script_publish.
 */
const char *key_minutes(char *out, const char *slug);
/*
 * String: "runs:", then for each run of minutes of a day, from its first, their
 * number and a letter: g, a or r where key_minutes counts them as that colour,
 * u where it is not known as which, n where they are not counted. Those of an
 * older version, and days without such a key: see uptime.lua of mcp-aggregate.
 */
const char *key_counted(char *out, const char *slug, int64_t day);
/*
 * Hash: window to the verdict on a minute that was judged late, a record
 * without its newline, until mcp-alert has taken it into account.
 */
const char *key_late(char *out, const char *slug);
/*
 * Hash: bucket of terms/rates.h to how many probes took so long, in one hour
 * (epoch seconds / 3600).
 */
const char *key_latency(char *out, const char *slug, int64_t hour);
/* Hash: the same for one day (epoch seconds / 86400). */
const char *key_latency_day(char *out, const char *slug, int64_t day);
/*
 * Hash: how many probes of an hour were whole, field "<minute>:probes", and how
 * many of these failed at a layer, field "<minute>:<layer>"; how many of the
 * layer http were answered with 429, field "<minute>:throttled"; the minute of
 * the hour, from 0.
 */
const char *key_errors(char *out, const char *slug, int64_t hour);
/*
 * Hash: the same for one day, with the hour of the day instead of the minute.
 */
const char *key_errors_day(char *out, const char *slug, int64_t day);
/*
 * String: "<day> <bucket>", the bucket of terms/rates.h that holds the 95th
 * percentile of the 30 days before that day, or '-' for too few probes. Removed
 * when a probe of an earlier day is counted.
 */
const char *key_baseline(char *out, const char *slug);
/*
 * Hash: the lists of tools, and what the last verdict knew of the regions.
 * "<tool_hash>.<full_hash>": a list as JSON; "listed:<tool_hash>.<full_hash>":
 * when the newest probe started that named its tools, or a region was first
 * seen with another list. "seen:<region>": the list that the region saw;
 * "changes:<region>": how often its list changed; "stood:<region>": whether it
 * worked, and since when; "churn:since", while the tools churn: since when;
 * "colour:last": the colour of its verdict; "success:last": when the newest
 * probe started that was not broken; "healthy:last": the same of one that was
 * healthy.
 * "divergence:words": while regions differ, which lists these are, and in what
 * their words differ. "unapproved:change": while tools are not the pinned ones,
 * which lists these are, and what changed.
 */
const char *key_tools(char *out, const char *slug);
/*
 * Hash: what the tools of a server said, and when; digests are the first
 * DIGEST_HEAD digits. "d:<digest>": the definition of a tool, see
 * mcp-records(5). "l:<full_hash>": a list, for each tool "<digest> <mark>
 * <name>\n", where the mark is + for a definition that is here, - for one that
 * is not to be had, ? for one that is to be asked for. "r:<region>": for each
 * list that the region saw, "<since> <full_hash>\n", the newest last; a list
 * that is too long is not here.
 */
const char *key_definitions(char *out, const char *slug);
/*
 * Hash: how long a server took from each region. A field for each, with a line
 * for each of the last 24 hours (epoch seconds / 3600) and of 7 days (epoch
 * seconds / 86400): "<hour> <bucket>:<count> …" and "d<day> <bucket>:<count> …",
 * where a bucket stands for KEYS_PLACES_BUCKETS of terms/rates.h. Field ".upto":
 * the last hour that was counted. Field ".steps", a line for each hour in which
 * probes were looked at: "<hour> <probes> <connect> <initialize> <tools> <call>",
 * how many, and the ms of all together.
 */
#define KEYS_PLACES_BUCKETS 4
const char *key_places(char *out, const char *slug);
/* String: all that mcp-alert knows of a server, or of SLUG_FLEET. */
const char *key_alert(char *out, const char *slug);

/*
 * Hash: what the public may know of the incidents of a server, an update a field,
 * see records/incident.h.
 */
const char *key_incidents(char *out, const char *slug);

/*
 * key_budget, a set: the events that a route with a budget got one by one in an
 * hour (epoch seconds / 3600). key_digest, a string: the process that sends a
 * route its digests.
 */
const char *key_budget(char *out, const char *route, int64_t hour);
const char *key_digest(char *out, const char *route);
/* Hash: of an hour, how many signed up for news from a network, and in all. */
const char *key_signups(char *out, int64_t hour);
/* List: the history records of a day, in epoch days; see mcp-records(5). */
const char *key_history(char *out, int64_t day);
/*
 * String: what a region that probes by itself leaves for the centre, in one of
 * KEYS_INBOX_SLOTS places, each of which is empty before: a line that says how its
 * clock is, then records, KEYS_INBOX_MAX bytes at most. A user of the store may be
 * given these keys and no others; so an inbox has no more than KEYS_INBOX_SLOTS
 * times the proto-max-bulk-len of the store, whoever fills it.
 */
#define KEYS_INBOX_SLOTS 16
#define KEYS_INBOX_MAX (4 * 1024 * 1024)
const char *key_inbox(char *out, const char *region, int slot);
/*
 * List: what a region that probes by itself has to probe: the SHA-256 of what
 * follows, then target records, many lines in each element.
 */
const char *key_targets(char *out, const char *region);
/*
 * Hash: the report on a month ("2026-11"). "head": a report record, see
 * mcp-records(5); "as_of": when it was made, RFC 3339; "rows:0" and on: the
 * servers in their order, REPORT_ROWS of records/month_report.h in each, a JSON
 * array.
 */
const char *key_report(char *out, const char *month);

/*
 * Hash: slug to what readers need of a server, JSON; "" for a private one,
 * which to readers looks like one that does not exist.
 */
#define KEY_SERVERS "fleet:servers"
/*
 * Hash: the same of private servers, by slug and digest of the token, see
 * key_secret. A request without the token asks for a field that does not exist,
 * whether the server does or not: the time of the answer tells nothing.
 */
#define KEY_PRIVATE "fleet:private"
/*
 * Hash: what a list of all public servers shows, a short row for each slug, see
 * records/listing_row.h; and LISTING_UPTO, up to when mcp-aggregate kept it, epoch
 * seconds. Without a configuration nobody writes it.
 */
#define KEY_LISTING "fleet:listing"
#define LISTING_UPTO ":upto"
/* String: what readers need of the site, JSON; see mcp-serve(8). */
#define KEY_SITE "fleet:site"
/*
 * Hash: account and digest, see key_secret, to the digest and the slugs, JSON.
 */
#define KEY_ACCOUNTS "fleet:accounts"
/*
 * Hash: stage (ingest, verdict, alert) to when it last ran, epoch seconds; and what
 * that run did and took, in "<stage>:run", and that a clock was ahead, see
 * beat.h.
 */
#define KEY_HEARTBEATS "fleet:heartbeats"
/*
 * String: of the regions of public servers, which the last evaluation of all
 * servers heard of, and what each delivered, JSON: {"window":…,"heard":[…],
 * "silent":[…],"regions":[{"region":…,"expected":…,"reported":…,"last":…},…]}:
 * on how many servers it is to report, on how many it did, and when the newest
 * probe started, epoch seconds, or null. An older version has no "regions".
 * "left_out", where there is a configuration: how many lines of its lists are
 * left out because they are wrong.
 */
#define KEY_REGIONS "fleet:regions"
/*
 * String: the servers of the configuration that mcp-alert had last, with spaces
 * between them.
 */
#define KEY_WATCHED "fleet:watched"
/*
 * Hash: "since", when there first were routes; "passed", when a test last
 * arrived at all of them; epoch seconds.
 */
#define KEY_TESTS "fleet:tests"
/*
 * Hash: of what the console of mcp-alert takes once, a link that signs in or a
 * form, and of sessions that were signed out, the number to when it ends, epoch
 * seconds.
 */
#define KEY_CONSOLE "fleet:console"
/*
 * Hash: id to the record of a subscriber, see subscribe.h of mcp-alert; of those
 * who have not confirmed yet; and the news that subscribers may not have yet.
 * They hold addresses of people: only mcp-alert reads the first two.
 */
#define KEY_SUBSCRIBERS "fleet:subscribers"
#define KEY_SIGNUPS "fleet:signups"
#define KEY_NEWS "fleet:news"
/* Set: the slugs with undelivered events. */
#define KEY_UNDELIVERED "fleet:undelivered"
/*
 * Set: the slugs with open incidents, and for a while some more: whoever finds one
 * here looks at key_alert. Incidents of the fleet, and those that servers share, are
 * here under SLUG_FLEET and names such as "*.1f3a90cc".
 */
#define KEY_OPEN "fleet:open"
/* Hash: region to its last runner record. */
#define KEY_RUNNERS "fleet:runners"
/*
 * Hash: region to a runner record of status isolated, where the last evaluation
 * found the region's own network cut off; its `at` says since when.
 */
#define KEY_ISOLATED "fleet:isolated"
/*
 * Hash: "<machine>:<folder>" to the last spool record of what mcp-fleet(1)
 * keeps there.
 */
#define KEY_SPOOLS "fleet:spools"
/* String: the last doctor record of mcp-records(5). */
#define KEY_DOCTOR "fleet:doctor"
/* Hash: id to maintenance record; see mcp-records(5). */
#define KEY_MAINTENANCE "fleet:maintenance"
/* Hash: id to silence record; see mcp-records(5). */
#define KEY_SILENCE "fleet:silence"
/*
 * String: the version of all these names and of what they hold, see beat.h;
 * or that a restore has begun and is not done.
 */
#define KEY_FORMAT "fleet:format"
/* String: which process restores a snapshot now. Not part of a snapshot. */
#define KEY_RESTORE "fleet:restore"

#endif
