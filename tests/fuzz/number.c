/* SPDX-License-Identifier: MIT */
/*
 * Goal: the decimal of a double is ECMAScript's (ECMA-262, 6.1.6.1.20): it
 * reads back as the same double, none is shorter, and of those as short none is
 * nearer.
 */
#include "fuzz.h"

#include "json/jcs.h"
#include "json/json.h"

#include <math.h>

/* The significant digits of a number: without sign, point, zeros around. */
static size_t digits(const char *s, char *out)
{
	size_t n = 0;

	for (; *s && *s != 'e'; s++)
		if (*s >= '0' && *s <= '9' && (n || *s != '0'))
			out[n++] = *s;
	while (n && out[n - 1] == '0')
		n--;
	out[n] = '\0';
	return n;
}

/* The form: no plus before it, no zero or point too many. */
static bool well_formed(const char *s)
{
	const char *e = strchr(s, 'e'), *point = strchr(s, '.');
	size_t n = strlen(s);

	s += *s == '-';
	if (*s == '0' && s[1] && s[1] != '.')
		return false;
	if (e)
		return strspn(e + 2, "0123456789") == strlen(e + 2) &&
			strchr("+-", e[1]) && e[2] != '0' && e[-1] != '0';
	return !point || n < 2 || strchr(s, 0)[-1] != '0';
}

static void shortest(double v, const char *text)
{
	char ours[64], theirs[64], mine[64];
	size_t n = digits(text, ours);

	need(n <= 17);
	/* What printf finds to read back with fewer digits. */
	if (n > 1) {
		snprintf(mine, sizeof mine, "%.*e", (int)n - 2, v);
		need(strtod(mine, NULL) != v);
	}
	snprintf(mine, sizeof mine, "%.*e", (int)n - 1, v);
	if (strtod(mine, NULL) != v)
		return; /* at a power of two: the next one above */
	digits(mine, theirs);
	need(strcmp(ours, theirs) == 0);
}

static void check(double v)
{
	char text[JCS_NUMBER], why[JSON_WHY];
	cJSON *tree;

	if (!isfinite(v))
		return;
	memset(text, 0xaa, sizeof text);
	jcs_number(v, text);
	need(strnlen(text, sizeof text) < sizeof text);
	need(strtod(text, NULL) == v);
	need(well_formed(text));
	if (v != 0)
		shortest(v, text);
	else
		need(strcmp(text, "0") == 0);
	tree = json_parse(text, strlen(text), &json_record, why);
	need(cJSON_IsNumber(tree) && tree->valuedouble == v);
	cJSON_Delete(tree);
}

/* Doubles, eight bytes each; and the text of a number, where it is one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[JSON_WHY];
	cJSON *tree = json_parse((const char *)data, size, &json_record, why);
	double v;

	if (cJSON_IsNumber(tree))
		check(tree->valuedouble);
	cJSON_Delete(tree);
	for (size_t i = 0; i + sizeof v <= size; i += sizeof v) {
		memcpy(&v, data + i, sizeof v);
		check(v);
	}
	return 0;
}
