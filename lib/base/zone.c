/* SPDX-License-Identifier: MIT */
#include "base/zone.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/tzif.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FOLDER "/usr/share/zoneinfo"
#define NAME_MAX_BYTES 100
/* How many files each thread keeps in memory. */
#define KEPT 4
/* No instant of ours is further away than the year 300,000. */
#define INSTANT_MAX 1e13
/* Epoch seconds before 1973 are a slip. */
#define EPOCH_MIN 1e8
#define DATE 10 /* characters of "2026-11-23" */

struct kept {
	char name[NAME_MAX_BYTES + 1]; /* "" where nothing is kept */
	bool known;
	struct tzif file;
};

const char *const zone_weekdays[ZONE_WEEK + 1] = {
	"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};

static const struct tzif utc = {.n_offsets = 1};

/* False where the zone is not a name below the folder. */
static bool path_of(const char *zone, char *out, size_t size)
{
	const char *folder = getenv("TZDIR");

	if (!*zone || *zone == '/' || strstr(zone, ".."))
		return false;
	return snprintf(out, size, "%s/%s", folder ? folder : FOLDER, zone) <
		(int)size;
}

static bool load(const char *zone, struct tzif *out)
{
	unsigned char bytes[TZIF_BYTES + 1];
	char path[4096];
	struct stat st;
	size_t n = 0;
	ssize_t got = 0;
	int fd;

	if (!path_of(zone, path, sizeof path))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return false;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		while ((got = read(fd, bytes + n, sizeof bytes - n)) > 0)
			n += (size_t)got;
	close(fd);
	return got == 0 && tzif_read(bytes, n, out);
}

/* The file of a zone, or NULL; valid until this thread asks for others. */
static const struct tzif *find(const char *zone)
{
	static _Thread_local struct kept kept[KEPT];
	static _Thread_local unsigned next;
	struct kept *k;

	if (!*zone || strlen(zone) > NAME_MAX_BYTES)
		return NULL;
	for (size_t i = 0; i < KEPT; i++)
		if (strcmp(kept[i].name, zone) == 0)
			return kept[i].known ? &kept[i].file : NULL;
	k = &kept[next++ % KEPT];
	snprintf(k->name, sizeof k->name, "%s", zone);
	k->known = load(zone, &k->file);
	return k->known ? &k->file : NULL;
}

/* An unknown zone, and NULL, is taken for UTC. */
static const struct tzif *get(const char *zone)
{
	const struct tzif *z = zone ? find(zone) : NULL;

	return z ? z : &utc;
}

bool zone_exists(const char *zone)
{
	return strcmp(zone, "UTC") == 0 || find(zone);
}

struct zone_time zone_local(const char *zone, double t)
{
	int64_t at = fabs(t) < INSTANT_MAX ? (int64_t)floor(t) : 0;
	time_t wall = (time_t)(at + tzif_offset(get(zone), at));
	struct tm tm = {0};

	gmtime_r(&wall, &tm);
	return (struct zone_time) {
		.year = tm.tm_year + 1900,
		.month = tm.tm_mon + 1,
		.day = tm.tm_mday,
		.weekday = (tm.tm_wday + 6) % 7,
		.minute = tm.tm_hour * 60 + tm.tm_min,
	};
}

/* The earliest instant after `after` at which clocks show `wall`. */
struct search {
	const struct tzif *z;
	int64_t wall;
	double after;
	bool found;
	int64_t earliest;
};

/* Clocks with this offset show it at an instant, if they have that offset. */
static void consider(struct search *s, int32_t offset)
{
	int64_t t = s->wall - offset;

	if (tzif_offset(s->z, t) != offset || (double)t <= s->after ||
		(s->found && t >= s->earliest))
		return;
	s->found = true;
	s->earliest = t;
}

static bool search(struct search *s, double after)
{
	s->after = after;
	for (size_t i = 0; i < s->z->n_offsets; i++)
		consider(s, s->z->offsets[i]);
	if (s->z->rule.known) {
		consider(s, s->z->rule.winter);
		consider(s, s->z->rule.summer);
	}
	return s->found;
}

double zone_instant(const char *zone, const struct zone_time *local)
{
	return zone_instant_after(zone, local, -INFINITY);
}

double zone_instant_after(const char *zone, const struct zone_time *local,
	double after)
{
	const struct tzif *z = get(zone);
	struct tm tm = {
		.tm_year = local->year - 1900,
		.tm_mon = local->month - 1,
		.tm_mday = local->day,
		.tm_min = local->minute,
	};
	int64_t wall = (int64_t)timegm(&tm);
	struct search s = {.z = z, .wall = wall};
	int32_t one, other;

	if (search(&s, after) || search(&s, -INFINITY))
		return (double)s.earliest;
	/*
	 * A change of the clocks skips it: take the offset before that change.
	 */
	one = tzif_offset(z, wall - tzif_offset(z, wall));
	other = tzif_offset(z, wall - one);
	return (double)(wall - (one < other ? one : other));
}

/*
 * "2:00" or "02:00" of the date that `date` begins with, as if the clocks were
 * those of UTC.
 */
static bool wall(const char *date, const char *time, struct zone_time *out)
{
	char text[CLOCK_RFC3339];
	int64_t t;

	if (strlen(time) > strlen("02:00"))
		return false;
	snprintf(text, sizeof text, "%.*sT%s%s:00Z", DATE, date,
		strlen(time) < strlen("02:00") ? "0" : "", time);
	if (!clock_rfc3339_parse(text, &t))
		return false;
	*out = zone_local("UTC", (double)t);
	return true;
}

/* "2:00" of the local day that is `days` after that of t. */
static bool wall_of(const char *time, const char *zone, double t, int days,
	struct zone_time *out)
{
	struct zone_time day = zone_local(zone, t);
	char date[CLOCK_RFC3339];

	snprintf(date, sizeof date, "%04d-%02d-%02d", day.year, day.month,
		day.day);
	if (!wall(date, time, out))
		return false;
	out->day += days;
	return true;
}

/* "today 2:00" or "tomorrow 2:00". */
static bool wall_near(const char *s, const char *zone, double now,
	struct zone_time *out)
{
	static const char *const days[] = {"today ", "tomorrow "};

	for (int i = 0; i < 2; i++) {
		size_t n = strlen(days[i]);

		if (strncasecmp(s, days[i], n) == 0)
			return wall_of(s + n, zone, now, i, out);
	}
	return false;
}

bool zone_when(const char *s, const char *zone, double now, double after,
	int64_t *out)
{
	struct zone_time day;
	double t;

	if (clock_rfc3339_parse(s, out))
		return true;
	if (*s == '+' ? num_duration(s + 1, 0, INSTANT_MAX, &t)
		      : num_decimal(s, &t) && t >= EPOCH_MIN) {
		*out = (int64_t)floor(*s == '+' ? after + t : t);
		return true;
	}
	if (strcasecmp(s, "now") == 0) {
		*out = (int64_t)floor(now);
		return true;
	}
	if (wall_of(s, zone, after, 0, &day)) {
		t = zone_instant_after(zone, &day, after);
		day.day += t <= after;
	} else if (!wall_near(s, zone, now, &day) &&
		(strlen(s) < DATE ||
			!wall(s, s[DATE] ? s + DATE + 1 : "00:00", &day) ||
			(s[DATE] && s[DATE] != ' ' && s[DATE] != 'T'))) {
		return false;
	}
	*out = (int64_t)zone_instant_after(zone, &day, after);
	return true;
}

void zone_rfc3339(const char *zone, int64_t t, char *out)
{
	int off = tzif_offset(get(zone), t) / 60;

	clock_rfc3339(t + off * 60, out);
	if (off)
		snprintf(out + strlen(out) - 1, sizeof "+00:00", "%c%02d:%02d",
			off < 0 ? '-' : '+', abs(off) / 60 % 100,
			abs(off) % 60);
}
