/* SPDX-License-Identifier: MIT */
/*
 * scripts.h: scripts that run in the store, for what must change together.
 * Their texts are the files *.lua beside this one; the Makefile says which
 * files make a script.
 */
#ifndef STORE_SCRIPTS_H
#define STORE_SCRIPTS_H

/*
 * script_ingest: take in the records of probes of one server that started in one
 * hour. The result is the same in whatever order, and however often, probes and
 * pieces of them arrive, but for how long records live, and what the rows say of
 * those that did not stay. probe_counts.lua says how a probe is counted,
 * tool_lists.lua and tool_list_limit.lua how lists of tools are kept.
 *
 * KEYS: 1 latest, 2 latency of the hour and 3 of the day, 4 errors of the hour
 *       and 5 of the day, 6 baseline, 7 tools; then for each probe 1 probe,
 *       2 head, 3 row of the hour, 4 tool-hash, 5 head of the window before and
 *       6 of the one after, 7 probe of the window before, 8 reporters
 * ARGV: the lives in seconds of 1 a probe that says something, 2 one that says
 *       nothing new, and reporters, 3 the row, 4 latest, 5 tool-hash and tools,
 *       6 latency of the hour and 7 of the day, 8 errors of the hour and 9 of
 *       the day; the most bytes of 10 lists of tools and 11 the records of a
 *       probe; 12 the instant after which a probe is from the future, 13 the
 *       hour of the day, 14 the day; then for each probe 1 region, 2 probe id,
 *       3 probe_started_at with 6 decimals, 4 the tool hash of its summary or
 *       "-", 5 "1" where it is to be counted, 6 the minute of the hour, 7 when
 *       it started, as a slot has it (hour_row.h); its pieces: 8 their marks
 *       and 9 the lengths of their texts, with spaces between them, 10 the JSON
 *       array of the texts, ",\n" between them; what `latest` keeps: 11 the mark
 *       of the summary, 12 its total_ms, 13 the rest of it (ingest.h), or where
 *       there is no summary the marks, "" and the texts in brief, tabs between
 *       them; 14 field and 15 text of its tools or ""
 *
 * The script never looks into the text of a record, which a stranger may have
 * chosen: it has no raw control character, so that ",\n" and tabs part one
 * record from the next; and the marks beside say what the script needs. The
 * head of KEYS[1] is
 *
 *	"<id> <at> <1 where it was counted, else 0> <mark> <mark> …\t<length> …"
 *
 * with the marks of its records and the lengths of their texts, in their order;
 * without the lengths once it was shortened, see below. A row of `latest`, where
 * the summary is there, or is not yet, is
 *
 *	"<at>\t<id>\t=<mark>\t<total_ms>\t<tool hash or -> <summary>\t<summary>"
 *	"<at>\t<id>\t<tool hash or -> <mark> …\t<record>\t…"
 *
 * with the summary as in struct bundle, in brief. From the hash on only '=' stands
 * there where the last such row above says the same. load_latest (load.h) reads
 * them.
 *
 * A KEYS[1] without a head, and rows whose third column is a record, are of an
 * older version: they stay until they expire, or fall out.
 *
 * KEYS[1] has the probe that started first in its window and region, of equals
 * that with the lower id, and it alone is counted: in the
 * histograms where it was not broken, in the errors once it is whole, see
 * histories/collect.h. `latest` keeps the last 16 of a region, beside them as
 * many from the future, and the newest that has a hash, however old; of those
 * that started at one instant the same one.
 *
 * Once its region has a probe in the next window, a probe whose summary is there
 * keeps only that, and where it failed the steps that were not skipped, or have a
 * detail. Where a probe that says nothing new lives as long as one that does, all
 * its records stay.
 *
 * A probe says something where it is the first of its region, has no summary
 * yet, or differs from the one that started before, of those that `latest` has
 * (evidence.lua): see SAYS in ingest.h; and so does the first that failed in an
 * hour. What differs all the time does not stay for all that: HOUR_MOST changes
 * that a row shows of an hour, and LATEST_MOST among the rows of `latest`, are
 * enough, but for the first probe of an hour; and BYTES_MOST for its records. The
 * row notes that they went, so that nobody takes the probe for one like those
 * before it. Once its records have gone, its slot in the row stands for them: it is
 * not counted again, and of a window one that started before it takes its place.
 *
 * All probes are taken before anything is written; what may find a key of another
 * type is written first. The lives of tool-hash, latest and the counts are renewed
 * by the first probe of a region in an hour.
 *
 * Returns for each probe 1; or, in an array, when the probe after this one
 * started, which now says something; or a text that says why its records are
 * refused, and nothing was changed: `latest` holds an earlier probe of the same
 * id, the probe would grow too large, or a key is of another type.
 */
extern const char script_ingest[];

/*
 * script_definitions: a region saw a list of tools, and what some of them say; for
 * when one of these is news. The result is the same in whatever order lists and
 * definitions come, but for what there was no room for.
 *
 * KEYS: 1 definitions, 2 latest, 3 tools
 * ARGV: 1 region, 2 when its probe started, 3 the name of the list: the first
 *       digits of its full_hash, 4 its text as in key_definitions, all marks '?',
 *       "" where it is too long, 5 how many definitions the probe could not send,
 *       6 now, 7 the life in seconds of the key, and of what no region sees any
 *       more, 8 the most rows of a region, 9 the most bytes of all; then pairs of
 *       the first digits of a digest, which the list names, and a definition
 *
 * Nothing is kept while the tools churn. Where there is too much, the oldest row
 * of all regions goes, but for the newest of each; and with the rows lists and
 * definitions that none names any more. What still has no room is not kept, and
 * marked so that nobody asks for it again.
 */
extern const char script_definitions[];

/*
 * script_figures: what the figures of a server are read from. As a script it
 * costs a third of what single commands do, and thousands of buckets are added
 * up in the store instead of travelling. Nothing is written.
 *
 * KEYS: 1 baseline, 2 to 3 errors of hours, 4 to 7 of days, then latency of
 *       hours
 * Returns the values of the first seven keys; then the buckets that hold the
 * median and the 95th percentile of all these hours together, '-' where there
 * is no probe.
 */
extern const char script_figures[];

/*
 * script_month_figures: what counts of a server in a month. Nothing is written.
 *
 * KEYS: 1 minutes, 2 definitions, 3 tools, then latency of each day
 * Returns the value of the first key; the rows of each region of the second,
 * see key_definitions; "churn:since" of the third, or 0; and the bucket that
 * holds the 95th percentile of all these days together, '-' where there is no
 * probe.
 */
extern const char script_month_figures[];

/*
 * script_places: count the hours that are over since it last did, for the page of
 * a server; once for each hour. What arrives later is not counted.
 *
 * KEYS: 1 places, then for each region the rows of the last three whole hours, the
 *       oldest first, and the records of its newest probe
 * ARGV: 1 the hour that is not over yet, 2 the life in seconds of the key, then the
 *       regions; others are forgotten
 */
extern const char script_places[];

/*
 * script_report: put a report in the place of what the key held.
 *
 * KEYS: 1 report
 * ARGV: 1 its life in seconds, then fields and values
 */
extern const char script_report[];

/*
 * script_baseline: the baseline as of a day: the one that is kept, or where
 * that is of another day or was dropped, a new one, which is then kept.
 *
 * KEYS: 1 baseline, then latency of each whole day
 * ARGV: 1 the day as of which, 2 how many probes make a baseline, 3 its life
 * Returns the value of key_baseline.
 */
extern const char script_baseline[];

/*
 * script_uncount: take back, once, what script_ingest counted of the probe of a
 * window, for its region was cut off; by its slot in the row where its records
 * have gone.
 *
 * KEYS: 1 probe, 2 to 5 as those of script_ingest, 6 head, 7 row of the hour
 * ARGV: 1 probe_started_at, 2 the minute of the hour, 3 the hour of the day
 */
extern const char script_uncount[];

/*
 * Both of the scripts below count a minute once: where the key `counted` of its
 * day does not have it yet (uptime.lua). A day that has counts but no such key
 * was counted by an older version: every minute up to the last one that was
 * published then passes for counted.
 */

/*
 * script_publish: publish a verdict and count its minute, unless that or a
 * later one was published already. A minute that was published during a round, or
 * before it, is published again if more is known, and counted anew. The field
 * "early" of minutes has its window, what it counted as ("-": not), and its basis.
 *
 * KEYS: 1 verdict, 2 minutes, 3 tools, 4 counted, 5 latest
 * ARGV: 1 window, 2 the verdict, in which uptime_30d is null, 3 what the minute is
 *       counted as, see fleet.h; the lives in seconds of 4 the verdict, 5 minutes,
 *       6 tools and 7 counted; 8 for how many days minutes are kept; 9 for how many
 *       seconds a list of tools that no region sees any more; 10 whether maintenance
 *       counts in the uptime, 1 or 0; 11 the epoch second of publishing, within the
 *       window; 12 the latest epoch second that a right clock can have published at:
 *       later verdicts and probes came from a clock that was ahead, and are
 *       forgotten; 13 its basis, see put_basis of publish.c; 14 whether it is early,
 *       1 or 0; then pairs of field and text to set in tools, "" for one to be
 *       deleted
 * Returns {nil, days, uptime, ahead} if this verdict is published now: the days of
 * listing_row.h, its uptime_30d in percent or "null", and the second at which a clock
 * that was ahead had published, or "". Else {the verdict that was published before}.
 */
extern const char script_publish[];

/*
 * script_listing: change rows of KEY_LISTING, see listing_row.h. Neither part of a
 * row waits for the other. Of two verdicts the later one stays, and while the
 * colour stays, so does since when.
 *
 * KEYS: 1 the listing
 * ARGV: for each server its slug, the first part of its row and the second one,
 *       each "" where it stays as it is
 */
extern const char script_listing[];

/*
 * script_count: count those minutes of a day that are not counted yet, without
 * publishing anything. Where there is a third key, it keeps the verdicts on the
 * minutes that are counted now, and drops those that are older by its life.
 *
 * KEYS: 1 minutes, 2 counted, 3 late or none
 * ARGV: 1 day, 2 life of minutes and 3 of counted in seconds, then pairs of a
 *       minute of the day, from 0, and what it is counted as; with late, 4 its life, then
 *       triples of these and a verdict
 * Returns those of the minutes that were not counted before.
 */
extern const char script_count[];

/*
 * script_read_keys: what keys of one server hold, all as of one instant. It stops
 * behind the key with which that gets too much.
 *
 * KEYS: any of one slug
 * ARGV: 1 the most bytes
 * Returns for each key up to where it stopped nil where there is none, or its
 * type, its life left as PTTL says it, and what GET, HGETALL, LRANGE or SMEMBERS
 * says.
 */
extern const char script_read_keys[];

/*
 * script_restore_list: add to a list; done twice it is as done once.
 *
 * KEYS: 1 the list
 * ARGV: 1 how many items it has already, then those to add
 */
extern const char script_restore_list[];

/*
 * script_restore_lock: one restore is at work at a time.
 *
 * KEYS: 1 the lock
 * ARGV: 1 who restores, 2 for how many seconds the lock holds unless it is
 *       renewed, 0: not any more; 3 "1": take it where nobody has it, "0": only
 *       renew it
 * Returns who has it, or "".
 */
extern const char script_restore_lock[];

/*
 * script_put_targets: replace what a region has to probe, unless it is the same;
 * it lives anew.
 *
 * KEYS: 1 key_targets
 * ARGV: 1 its life in seconds, 2 the digest, then the elements behind that
 */
extern const char script_put_targets[];

/*
 * script_clear_inbox: remove what was taken out of an inbox, unless something else
 * is there by now.
 *
 * KEYS: 1 key_inbox
 * ARGV: 1 how that begins
 */
extern const char script_clear_inbox[];

#endif
