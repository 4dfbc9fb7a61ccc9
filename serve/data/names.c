#include "data/names.h"

#include "base/strings.h"
#include "base/xalloc.h"

#include <stdlib.h>

/* The letters and digits of slugs have a bit each. */
#define DIGITS 26
#define OTHERS 36

static unsigned bit_of(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c >= '0' && c <= '9')
		return DIGITS + c - '0';
	return OTHERS + c % (64 - OTHERS);
}

struct name_print name_print(const char *name)
{
	struct name_print print = {.length = 0};
	unsigned before = 0;

	for (; name[print.length]; print.length++) {
		unsigned bit = bit_of((unsigned char)name[print.length]);

		print.letters |= UINT64_C(1) << bit;
		if (print.length)
			print.pairs |= UINT64_C(1) << (before * 37 + bit) % 64;
		before = bit;
	}
	return print;
}

/* A letter that is added, left out or replaced brings one, and takes one. */
static bool are_few(uint64_t letters)
{
	for (int i = 0; i < SPELLING_SLIPS; i++)
		letters &= letters - 1;
	return !letters;
}

bool prints_near(const struct name_print *a, const struct name_print *b)
{
	return a->length <= b->length + SPELLING_SLIPS &&
		b->length <= a->length + SPELLING_SLIPS &&
		are_few(a->letters & ~b->letters) &&
		are_few(b->letters & ~a->letters);
}

bool prints_within(
	const struct name_print *part, const struct name_print *whole)
{
	return !(part->letters & ~whole->letters) &&
		!(part->pairs & ~whole->pairs);
}

void names_add(struct names *l, const char *name)
{
	l->prints = xgrow(
		l->prints, &l->cap, l->list.n + 1, sizeof *l->prints);
	l->prints[l->list.n] = name_print(name);
	strings_add(&l->list, name);
}

void names_clear(struct names *l)
{
	strings_clear(&l->list);
}

void names_release(struct names *l)
{
	strings_release(&l->list);
	free(l->prints);
	*l = (struct names) {.cap = 0};
}
