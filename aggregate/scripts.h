/*
 * scripts.h: what must change together in the store, as scripts that run there.
 */
#ifndef SCRIPTS_H
#define SCRIPTS_H

/*
 * script_ingest: take in the records of one probe. The result is the same
 * whatever the order, and however often, probes and pieces of them arrive. Its
 * text begins with that of script_tally.
 *
 * KEYS: 1 probe, 2 reporters, 3 latest, 4 tool-hash, 5 latency of the hour and
 *       6 of the day, 7 errors of the hour and 8 of the day, 9 baseline,
 *       10 tools
 * ARGV: 1 region, 2 probe id, 3 probe_started_at with 6 decimals, 4 its records
 *       as an array, 5 what `latest` keeps of them as another, 6 "1" where its
 *       duration is to be counted, 7 field and 8 text of its tools or "", then
 *       the lives in seconds of 9 probe, 10 latest, 11 tool-hash, 12 latency;
 *       13 the instant after which a probe is from the future; 14 the minute
 *       of the hour and 15 the hour of the day in which it started, 16 the life
 *       of the errors of an hour and 17 of a day, 18 the day
 *
 * Arrays are JSON with ",\n" between their elements, none of which has a raw
 * newline in it. Of the probes of one window and region, the one that started
 * first stands at KEYS[1], and it alone is counted: in the histograms where it was
 * not broken, in the errors once it is whole, see collect.h. `latest`
 * keeps the last 16 of a region, beside them as many from the future, and the
 * newest that has a hash, however old.
 */
extern const char script_ingest[];

/*
 * script_tally: how script_ingest counts a probe, as functions. They say again
 * in Lua what hist.h, failure_layer.h and collect.h say; tests hold them
 * together.
 */
extern const char script_tally[];

/*
 * script_figures: what the figures of a server are read from. One script, as so
 * many commands cost three times as much; and hours are added up where they are,
 * so that thousands of buckets need not travel. Nothing is written.
 *
 * KEYS: 1 baseline, 2 to 3 errors of hours, 4 to 7 of days, then latency of hours
 * Returns the values of the first seven; then, of all these hours together, the
 * buckets that hold the median and the 95th percentile, '-' where there is none.
 */
extern const char script_figures[];

/*
 * script_baseline: the baseline as of a day, from the store or, where it is of
 * another day or was dropped since, reckoned anew and kept.
 *
 * KEYS: 1 baseline, then latency of each whole day
 * ARGV: 1 the day as of which, 2 how many probes make a baseline, 3 its life
 * Returns the value of key_baseline.
 */
extern const char script_baseline[];

/*
 * A minute is counted where its bit in the key `counted` of its day is not yet
 * set. A day that has counts and no such key was counted by those who knew no
 * such keys: then every minute up to the last published one is taken for
 * counted, so that none is counted twice.
 */

/*
 * script_publish: publish a verdict and count its minute, unless that or a
 * later one was published already.
 *
 * KEYS: 1 verdict, 2 minutes, 3 tools, 4 counted
 * ARGV: 1 window, 2 the verdict, whose "uptime_30d":null is filled in, 3 its
 *       colour, 4 life of the verdict, 5 of minutes, 6 of tools and 7 of
 *       counted in seconds, 8 of how many days minutes are kept, then pairs of
 *       field and text to set in tools
 * Returns the verdict that stands published now.
 */
extern const char script_publish[];

/*
 * script_count: count minutes of one day that nobody has counted. Published is
 * nothing.
 *
 * KEYS: 1 minutes, 2 counted
 * ARGV: 1 day, 2 life of minutes and 3 of counted in seconds, then pairs of a
 *       minute of the day, from 0, and its colour
 * Returns the minutes of these that were not counted before.
 */
extern const char script_count[];

#endif
