/*
 * scripts.h: scripts that run in the store, for what must change together.
 * Their texts are the files *.lua beside this one; the Makefile says which
 * files make a script.
 */
#ifndef STORE_SCRIPTS_H
#define STORE_SCRIPTS_H

/*
 * script_ingest: take in the records of one probe. The result is the same in
 * whatever order, and however often, probes and pieces of them arrive.
 * probe_counts.lua says how a probe is counted, tool_lists.lua and
 * tool_list_limit.lua how lists of tools are kept.
 *
 * KEYS: 1 probe, 2 reporters, 3 latest, 4 tool-hash, 5 latency of the hour and
 *       6 of the day, 7 errors of the hour and 8 of the day, 9 baseline,
 *       10 tools, 11 head, 12 row of the hour; 13 probe and 14 head of the
 *       window before, 15 probe of the window after
 * ARGV: 1 region, 2 probe id, 3 probe_started_at with 6 decimals, 4 the tool
 *       hash of its summary or "-", 5 field and 6 text of its tools or "",
 *       7 "1" where it is to be counted; 8 the life in seconds of a probe that
 *       says something; 9 the
 *       most bytes of lists of tools; the lives of 10 latest, 11 tool-hash,
 *       12 latency of the hour; 13 the instant after which a probe is from the future;
 *       14 the minute of the hour and 15 the hour of the day in which it
 *       started, 16 the life of the errors of an hour and 17 of a day, 18 the
 *       day; 19 how many of its pieces follow; 20 the most bytes of the array
 *       at KEYS[1]; 21 the offset of its minute in the row, 22 when it started,
 *       as a slot has it (hour_row.h); the lives of 23 a probe that says
 *       nothing new, and reporters, 24 the row, 25 latency of the day; then
 *       pairs of mark and text of these pieces, and after them
 *       of those that `latest` keeps; see batch.h
 *
 * The script never looks into the text of a record, which a stranger may have
 * chosen: it has no raw control character, so that ",\n" and tabs part one
 * record from the next; and the marks beside say what the script needs. The
 * head of KEYS[1] is
 *
 *	"<id> <at> <1 where it was counted, else 0> <mark> <mark> …"
 *
 * with the marks of its records in their order; a row of `latest`, where the
 * summary is there, or is not yet,
 *
 *	"<at>\t<id>\t=<mark>\t<total_ms>\t<tool hash or -> <summary>\t<summary>"
 *	"<at>\t<id>\t<tool hash or -> <mark> …\t<record>\t…"
 *
 * with the summary as in struct piece, in brief. From the hash on only '=' stands
 * there where the last such row above says the same. load_latest (load.h) reads
 * them.
 *
 * A KEYS[1] without a head, and rows whose third column is a record, are of an
 * older version: they stay until they expire, or fall out.
 *
 * Of the probes of one window and region, the one that started first stands at
 * KEYS[1], of equals that with the lower id, and it alone is counted: in the
 * histograms where it was not broken, in the errors once it is whole, see
 * offline/collect.h. `latest` keeps the last 16 of a region, beside them as
 * many from the future, and the newest that has a hash, however old; of those
 * that started at one instant the same one.
 *
 * Once its region has a probe in the next window, a probe whose summary is there
 * keeps only some of its records: the summary; of one that passed the last of
 * the steps 1 to 6 that was not skipped; of one that failed all steps but those
 * that were skipped and have no detail.
 *
 * A probe says something where it failed, is the first of its region, has no
 * summary yet, or differs from the one that started before, of those that
 * `latest` has (evidence.lua): see SAYS in batch.h. Once its records have gone,
 * its slot in the row stands for them: it is not counted again, and of a window
 * one that started before it takes its place.
 *
 * Returns 1; or, in an array, when the probe after this one started, which now
 * says something; or a text that says why the records are refused, and nothing was
 * changed: `latest` holds an earlier probe of the same id, or the probe would
 * grow too large.
 */
extern const char script_ingest[];

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
 * window, for its region was cut off. KEYS and ARGV are numbered as those of
 * script_ingest; it reads KEYS 1, 5 to 8, 11 and 12, ARGV 3, 14, 15 and 21.
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
 * later one was published already.
 *
 * KEYS: 1 verdict, 2 minutes, 3 tools, 4 counted
 * ARGV: 1 window, 2 the verdict up to the value of its uptime_30d, and 3 from
 *       behind that on, 4 its colour; the lives in seconds of 5 the verdict,
 *       6 minutes, 7 tools and 8 counted; 9 for how many days minutes are kept;
 *       10 for how many seconds a list of tools that no region sees any more;
 *       then pairs of field and text to set in tools, "" for one to be deleted
 * Returns the verdict that is published now.
 */
extern const char script_publish[];

/*
 * script_count: count those minutes of a day that are not counted yet, without
 * publishing anything. Where there is a third key, it keeps the verdicts on the
 * minutes that are counted now, and drops those that are older by its life.
 *
 * KEYS: 1 minutes, 2 counted, 3 late or none
 * ARGV: 1 day, 2 life of minutes and 3 of counted in seconds, then pairs of a
 *       minute of the day, from 0, and its colour; with late, 4 its life, then
 *       triples of these and a verdict
 * Returns those of the minutes that were not counted before.
 */
extern const char script_count[];

#endif
