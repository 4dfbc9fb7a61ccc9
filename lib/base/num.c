/* SPDX-License-Identifier: MIT */
#include "base/num.h"

#include <ctype.h>
#include <errno.h>

bool num_parse(const char *s, long long min, long long max, long long *out)
{
	const char *digits = s[0] == '-' ? s + 1 : s;
	char *end = NULL;
	long long v;

	if (!isdigit((unsigned char)digits[0]))
		return false;
	errno = 0;
	v = strtoll(s, &end, 10);
	if (errno || *end || v < min || v > max)
		return false;
	*out = v;
	return true;
}

/* A plain decimal: digits, perhaps a point and digits. Returns its end. */
static const char *decimal(const char *s, double *out)
{
	static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
		1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
	const char *p = s, *point = NULL;
	long long digits = 0;
	size_t n;

	for (; isdigit((unsigned char)*p) || (*p == '.' && !point); p++) {
		if (*p == '.')
			point = p;
		else if (p - s <= 16)
			digits = 10 * digits + (*p - '0');
	}
	n = (size_t)(p - s);
	if (!n || point == s || point == p - 1 || n > 40)
		return NULL;
	/* strtod(3) would read an exponent or a hexadecimal number. */
	if (*p == 'e' || *p == 'E' || *p == 'x' || *p == 'X')
		return NULL;
	/* Both are exact, so the quotient is the nearest double. */
	if (n - (point != NULL) <= 16 && digits <= 1LL << 53)
		*out = (double)digits / powers[point ? p - 1 - point : 0];
	else
		*out = strtod(s, NULL);
	return p;
}

bool num_duration(const char *s, double min, double max, double *out)
{
	/* 9 / 1000 is the double nearest to 0.009; 9 * 0.001 is not. */
	static const struct {
		const char *name;
		double times, per;
	} units[] = {{"d", 86400, 1}, {"h", 3600, 1}, {"m", 60, 1},
		{"s", 1, 1}, {"ms", 1, 1000}};
	size_t unit = 0, count = sizeof units / sizeof *units;
	double sum = 0, v;

	do {
		size_t n;

		s = decimal(s, &v);
		if (!s)
			return false;
		n = strspn(s, "abcdefghijklmnopqrstuvwxyz");
		while (unit < count && (strlen(units[unit].name) != n ||
					strncmp(s, units[unit].name, n) != 0))
			unit++;
		if (unit == count)
			return false;
		sum += v * units[unit].times / units[unit].per;
		unit++;
		s += n;
	} while (*s);
	if (sum < min || sum > max)
		return false;
	*out = sum;
	return true;
}

bool num_bare(const char *s)
{
	double v;
	const char *end = decimal(s, &v);

	return end && !*end;
}

bool num_decimal(const char *s, double *out)
{
	double v;
	const char *end = decimal(s, &v);

	if (!end || *end || v > NUM_EPOCH_MAX)
		return false;
	*out = v;
	return true;
}
