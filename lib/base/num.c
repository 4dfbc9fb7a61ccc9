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
	size_t n = strspn(s, "0123456789");

	if (!n)
		return NULL;
	if (s[n] == '.') {
		size_t frac = strspn(s + n + 1, "0123456789");

		if (!frac)
			return NULL;
		n += 1 + frac;
	}
	if (n > 40)
		return NULL;
	/* strtod(3) would read an exponent or a hexadecimal number. */
	if (s[n] == 'e' || s[n] == 'E' || s[n] == 'x' || s[n] == 'X')
		return NULL;
	*out = strtod(s, NULL);
	return s + n;
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

bool num_epoch(const char *s, double *out)
{
	double v;
	const char *end = decimal(s, &v);

	if (!end || *end || v > NUM_EPOCH_MAX)
		return false;
	*out = v;
	return true;
}
