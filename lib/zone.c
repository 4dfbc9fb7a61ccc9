#include "zone.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define FOLDER "/usr/share/zoneinfo"
#define NAME_MAX_BYTES 100

/* TZ is read anew only when it changes: that costs a file. */
static void enter(const char *zone)
{
	static char entered[NAME_MAX_BYTES + 2];
	char tz[sizeof entered];

	snprintf(tz, sizeof tz, ":%s", zone);
	if (strcmp(tz, entered) == 0)
		return;
	snprintf(entered, sizeof entered, "%s", tz);
	setenv("TZ", tz, 1);
	tzset();
}

bool zone_exists(const char *zone)
{
	const char *folder = getenv("TZDIR");
	char path[4096];
	struct stat st;

	if (strcmp(zone, "UTC") == 0)
		return true;
	if (strlen(zone) > NAME_MAX_BYTES || strstr(zone, "..") || *zone == '/')
		return false;
	snprintf(path, sizeof path, "%s/%s", folder ? folder : FOLDER, zone);
	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

struct zone_time zone_local(const char *zone, double t)
{
	time_t at = (time_t)floor(t);
	struct tm tm = {0};

	enter(zone);
	localtime_r(&at, &tm);
	return (struct zone_time) {
		.year = tm.tm_year + 1900,
		.month = tm.tm_mon + 1,
		.day = tm.tm_mday,
		.weekday = (tm.tm_wday + 6) % 7,
		.minute = tm.tm_hour * 60 + tm.tm_min,
	};
}

static double make(const struct zone_time *l, int dst)
{
	struct tm tm = {
		.tm_year = l->year - 1900,
		.tm_mon = l->month - 1,
		.tm_mday = l->day,
		.tm_min = l->minute,
		.tm_isdst = dst,
	};

	return (double)mktime(&tm);
}

double zone_instant(const char *zone, const struct zone_time *local)
{
	double summer, winter;
	struct zone_time shown;

	enter(zone);
	/* By the clock as it was before a change, if that shows the minute. */
	summer = make(local, 1);
	winter = make(local, 0);
	if (winter < summer) {
		double swap = winter;

		winter = summer;
		summer = swap;
	}
	shown = zone_local(zone, summer);
	if ((shown.minute - local->minute) % (24 * 60) == 0)
		return summer;
	return winter;
}
