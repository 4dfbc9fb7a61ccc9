/* SPDX-License-Identifier: MIT */
/*
 * jcs_number.c: the shortest decimal that reads back as the same double, and
 * of several the nearest. printf(3) and strtod(3) of glibc are exact, so the
 * decimal of n digits that is nearest to v is asked for, and tried.
 */
#include "json/jcs.h"

#include "base/xalloc.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>

/* digits * 10^exp */
struct decimal {
	uint64_t digits;
	int exp;
};

static bool reads_as(struct decimal d, double v)
{
	char text[JCS_NUMBER];

	snprintf(text, sizeof text, "%" PRIu64 "e%d", d.digits, d.exp);
	return strtod(text, NULL) == v;
}

/* The decimal of n digits that is nearest to v > 0. */
static struct decimal nearest(double v, int n)
{
	char text[JCS_NUMBER], *end;
	struct decimal d;

	snprintf(text, sizeof text, "%.*e", n - 1, v);
	/* "1.25e+02" becomes "125e+02". */
	if (n > 1)
		memmove(text + 1, text + 2, strlen(text + 1));
	d.digits = strtoull(text, &end, 10);
	d.exp = (int)strtol(end + 1, NULL, 10) - (n - 1);
	return d;
}

/*
 * A decimal of n digits that reads back as v > 0. At a power of two the doubles
 * above v lie twice as far apart as those below, so that the nearest decimal
 * below may miss where the next one above does not.
 */
static bool fits(double v, int n, struct decimal *out)
{
	*out = nearest(v, n);
	if (reads_as(*out, v))
		return true;
	out->digits++;
	return reads_as(*out, v);
}

/*
 * A number of digits with which no two decimals near v > 0 read as the same
 * double: DBL_DIG, or fewer among the subnormal doubles, which lie 4.9e-324
 * apart; decimals of this many digits lie 1e-323 apart or more.
 */
static int distinct_digits(double v)
{
	int n = v < DBL_MIN ? nearest(v, 1).exp + 323 : DBL_DIG;

	return n > 1 ? n : 1;
}

/*
 * If one with so many digits reads back as v, there is no other, and any that
 * is shorter is the same with zeros behind it. With DBL_DECIMAL_DIG the nearest
 * one always does.
 */
static struct decimal shortest(double v)
{
	struct decimal d = {0, 0};
	int n = distinct_digits(v);

	while (n < DBL_DECIMAL_DIG && !fits(v, n, &d))
		n++;
	if (n == DBL_DECIMAL_DIG)
		d = nearest(v, n);
	while (d.digits && d.digits % 10 == 0) {
		d.digits /= 10;
		d.exp++;
	}
	return d;
}

static char *put(char *out, const char *s, int n)
{
	memcpy(out, s, (size_t)n);
	return out + n;
}

/*
 * k digits, and the point behind so many of them: which form a number takes
 * (ECMA-262, 6.1.6.1.20).
 */
static void layout(const char *s, int k, int point, char *out)
{
	static const char zeros[] = "00000000000000000000";

	if (k <= point && point <= 21) {
		out = put(out, s, k);
		out = put(out, zeros, point - k);
	} else if (0 < point && point <= 21) {
		out = put(out, s, point);
		out = put(out, ".", 1);
		out = put(out, s + point, k - point);
	} else if (-6 < point && point <= 0) {
		out = put(out, "0.", 2);
		out = put(out, zeros, -point);
		out = put(out, s, k);
	} else {
		char exp[JCS_NUMBER];
		int n = snprintf(exp, sizeof exp, "e%+d", point - 1);

		out = put(out, s, 1);
		if (k > 1) {
			out = put(out, ".", 1);
			out = put(out, s + 1, k - 1);
		}
		out = put(out, exp, n);
	}
	*out = '\0';
}

/*
 * An integer divided by 10^places, without zeros at the end. With at most 15
 * digits (DBL_DIG) no other decimal so short reads as the same double.
 */
static void put_short(char *out, int64_t v, int places)
{
	char text[JCS_NUMBER], *p = text + sizeof text;
	uint64_t rest = (uint64_t)(v < 0 ? -v : v);

	while (places && rest % 10 == 0) {
		rest /= 10;
		places--;
	}
	for (int i = 0; i <= places || rest; i++, rest /= 10) {
		if (i && i == places)
			*--p = '.';
		*--p = (char)('0' + rest % 10);
	}
	if (v < 0)
		*--p = '-';
	memcpy(out, p, (size_t)(text + sizeof text - p));
	out[text + sizeof text - p] = '\0';
}

void jcs_number(double v, char *out)
{
	char digits[JCS_NUMBER];
	struct decimal d;
	double thousandths, millionths;
	int k;

	if (fabs(v) < 1e15 && v == (double)(int64_t)v) {
		put_short(out, (int64_t)v, 0);
		return;
	}
	/* Most of our numbers are thousandths. */
	thousandths = nearbyint(v * 1000);
	if (fabs(thousandths) < 1e15 && thousandths / 1000 == v) {
		put_short(out, (int64_t)thousandths, 3);
		return;
	}
	/*
	 * The others are instants, to the microsecond: below 2^32 the doubles
	 * lie closer, so that no two decimals of six places read as the same.
	 */
	millionths = nearbyint(v * 1e6);
	if (fabs(v) < 4294967296 && millionths / 1e6 == v && fabs(v) >= 0.001) {
		put_short(out, (int64_t)millionths, 6);
		return;
	}
	d = shortest(fabs(v));
	k = snprintf(digits, sizeof digits, "%" PRIu64, d.digits);
	if (v < 0)
		*out++ = '-';
	layout(digits, k, k + d.exp, out);
}

void jcs_nearest(const char *p, size_t n, char *out)
{
	char *copy = xstrndup(p, n);
	double v = strtod(copy, NULL);

	free(copy);
	if (isinf(v))
		snprintf(out, JCS_NUMBER, "%s1e999", v < 0 ? "-" : "");
	else
		snprintf(out, JCS_NUMBER, "%.17g", v);
}
