/* SPDX-License-Identifier: MIT */
#include "base/chars.h"

bool chars_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool chars_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

bool chars_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

int chars_hex(char c)
{
	if (chars_digit(c))
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int chars_hex_number(const char *p, size_t n, size_t digits)
{
	int v = 0;

	if (n < digits)
		return -1;
	for (size_t i = 0; i < digits; i++) {
		int digit = chars_hex(p[i]);

		if (digit < 0)
			return -1;
		v = v * 16 + digit;
	}
	return v;
}

int chars_percent(const char *p, size_t n)
{
	return n > 0 && *p == '%' ? chars_hex_number(p + 1, n - 1, 2) : -1;
}
