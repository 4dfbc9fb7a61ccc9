/* SPDX-License-Identifier: MIT */
#include "poisoning/text.h"

#include "base/chars.h"
#include "base/text.h"

#include <string.h>

struct range {
	uint32_t first, last;
};

static bool within(const struct range *v, size_t n, uint32_t cp)
{
	for (size_t i = 0; i < n; i++)
		if (cp >= v[i].first && cp <= v[i].last)
			return true;
	return false;
}

#define WITHIN(table, cp) within(table, sizeof table / sizeof *table, cp)

/* Letters that look like a Latin one, and that one. */
static const struct look_alike {
	uint16_t cp;
	char letter;
} look_alikes[] = {
	{0x0131, 'i'}, {0x0251, 'a'}, {0x0261, 'g'}, {0x0262, 'g'},
	{0x026a, 'i'}, {0x0274, 'n'}, {0x0280, 'r'}, {0x0299, 'b'},
	{0x029c, 'h'}, {0x029f, 'l'}, {0x0391, 'a'}, {0x0392, 'b'},
	{0x0395, 'e'}, {0x0396, 'z'}, {0x0397, 'h'}, {0x0399, 'i'},
	{0x039a, 'k'}, {0x039c, 'm'}, {0x039d, 'n'}, {0x039f, 'o'},
	{0x03a1, 'p'}, {0x03a4, 't'}, {0x03a5, 'y'}, {0x03a7, 'x'},
	{0x03b1, 'a'}, {0x03b9, 'i'}, {0x03ba, 'k'}, {0x03bd, 'v'},
	{0x03bf, 'o'}, {0x03c1, 'p'}, {0x03c4, 't'}, {0x03c5, 'u'},
	{0x03c7, 'x'}, {0x0405, 's'}, {0x0406, 'i'}, {0x0408, 'j'},
	{0x0410, 'a'}, {0x0412, 'b'}, {0x0415, 'e'}, {0x041a, 'k'},
	{0x041c, 'm'}, {0x041d, 'h'}, {0x041e, 'o'}, {0x0420, 'p'},
	{0x0421, 'c'}, {0x0422, 't'}, {0x0423, 'y'}, {0x0425, 'x'},
	{0x0430, 'a'}, {0x0435, 'e'}, {0x043a, 'k'}, {0x043e, 'o'},
	{0x0440, 'p'}, {0x0441, 'c'}, {0x0443, 'y'}, {0x0445, 'x'},
	{0x0455, 's'}, {0x0456, 'i'}, {0x0458, 'j'}, {0x04bb, 'h'},
	{0x04c0, 'l'}, {0x04cf, 'l'}, {0x0501, 'd'}, {0x051b, 'q'},
	{0x051d, 'w'}, {0x0570, 'h'}, {0x0578, 'n'}, {0x057d, 'u'},
	{0x0585, 'o'}, {0x1d00, 'a'}, {0x1d04, 'c'}, {0x1d05, 'd'},
	{0x1d07, 'e'}, {0x1d0a, 'j'}, {0x1d0b, 'k'}, {0x1d0d, 'm'},
	{0x1d0f, 'o'}, {0x1d18, 'p'}, {0x1d1b, 't'}, {0x1d1c, 'u'},
	{0x1d20, 'v'}, {0x1d21, 'w'}, {0x1d22, 'z'}, {0x2113, 'l'},
};

/* U+00C0 to U+017F without their accents; '-': no such letter. */
static const char plain_latin[] =
	"aaaaaaaceeeeiiiidnooooo-ouuuuytsaaaaaaaceeeeiiiidnooooo-ouuuuyty"
	"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
	"lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

static uint32_t look_alike(uint32_t cp)
{
	size_t low = 0, high = sizeof look_alikes / sizeof *look_alikes;

	if (cp < 0xc0)
		return 0;
	if (cp < 0x180 && cp != 0x131) {
		char c = plain_latin[cp - 0xc0];

		return c == '-' ? 0 : (unsigned char)c;
	}
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (look_alikes[mid].cp == cp)
			return (unsigned char)look_alikes[mid].letter;
		if (look_alikes[mid].cp < cp)
			low = mid + 1;
		else
			high = mid;
	}
	return 0;
}

/* Full width, mathematical and circled letters and digits, and tags. */
static uint32_t compatible(uint32_t cp)
{
	if (cp >= 0xff01 && cp <= 0xff5e)
		return cp - 0xff01 + '!';
	if (cp >= 0xe0020 && cp <= 0xe007e)
		return cp - 0xe0000;
	if (cp >= 0x1d400 && cp < 0x1d400 + 13 * 52)
		return (cp - 0x1d400) % 52 % 26 + 'a';
	if (cp >= 0x1d7ce && cp <= 0x1d7ff)
		return (cp - 0x1d7ce) % 10 + '0';
	if (cp >= 0x24b6 && cp <= 0x24e9)
		return (cp - 0x24b6) % 26 + 'a';
	if (cp >= 0x1f130 && cp <= 0x1f189)
		return (cp - 0x1f130) % 32 < 26 ? (cp - 0x1f130) % 32 + 'a'
						: cp;
	return cp;
}

static const struct range ideographs[] = {{0x3040, 0x30ff}, {0x3400, 0x4dbf},
	{0x4e00, 0x9fff}, {0xac00, 0xd7af}, {0xf900, 0xfaff},
	{0x20000, 0x3ffff}};
static const struct range accents[] = {
	{0x0300, 0x036f}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x20d0, 0x20ff}};
/* Punctuation, symbols, and emoji. */
static const struct range separators[] = {{0x80, 0xa9}, {0xab, 0xb4},
	{0xb6, 0xb9}, {0xbb, 0xbf}, {0x2000, 0x206f}, {0x2190, 0x2bff},
	{0x2e00, 0x2e7f}, {0x3000, 0x303f}, {0xfe10, 0xfe6f}, {0xff00, 0xff20},
	{0xfff0, 0xffff}, {0x1f000, 0x1faff}};

enum fold_class fold_char(uint32_t cp, uint32_t *out)
{
	uint32_t c = cp < 0x80 ? cp : compatible(cp);
	uint32_t like;

	*out = c;
	if (c < 0x80) {
		if (c >= 'A' && c <= 'Z')
			*out = c - 'A' + 'a';
		return (*out >= 'a' && *out <= 'z') || (c >= '0' && c <= '9')
			? FOLD_LETTER
			: FOLD_SEPARATOR;
	}
	like = look_alike(c);
	if (like) {
		*out = like;
		return FOLD_LETTER;
	}
	if (char_hidden(c) || char_bidi(c) || WITHIN(accents, c))
		return FOLD_NOTHING;
	if (WITHIN(ideographs, c))
		return FOLD_IDEOGRAPH;
	return WITHIN(separators, c) ? FOLD_SEPARATOR : FOLD_LETTER;
}

static uint32_t alike_of(uint32_t c)
{
	return c == '1' || c == 'i' || c == '|' ? 'l' : c == '0' ? 'o' : c;
}

void fold_name(struct buf *b, const char *s, bool alike)
{
	size_t n = strlen(s), start = b->len;
	uint32_t cp, c;
	char utf8[4];

	while (n) {
		size_t len = char_next(s, n, &cp);
		enum fold_class class = fold_char(cp, &c);

		if (alike)
			c = alike_of(c);
		if (alike && c == 'n' && b->len > start &&
			b->p[b->len - 1] == 'r')
			b->p[b->len - 1] = 'm';
		else if (class == FOLD_SEPARATOR && c != 'l')
			buf_char(b, '_');
		else if (class != FOLD_NOTHING)
			buf_add(b, utf8, text_put_utf8(c, utf8));
		s += len;
		n -= len;
	}
}

size_t char_next(const char *p, size_t n, uint32_t *cp)
{
	size_t len = text_utf8(p, n, cp);

	if (len)
		return len;
	*cp = 0xfffd;
	return 1;
}

static const struct range hidden[] = {{0xad, 0xad}, {0x34f, 0x34f},
	{0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x200b, 0x200d},
	{0x2060, 0x2065}, {0x206a, 0x206f}, {0x2800, 0x2800}, {0x3164, 0x3164},
	{0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xffa0, 0xffa0},
	{0xfff0, 0xfffb}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
	{0xe0000, 0xe0fff}};

bool char_hidden(uint32_t cp)
{
	return cp >= 0xad && WITHIN(hidden, cp);
}

bool char_bidi(uint32_t cp)
{
	return cp == 0x61c || cp == 0x200e || cp == 0x200f ||
		(cp >= 0x202a && cp <= 0x202e) ||
		(cp >= 0x2066 && cp <= 0x2069);
}

bool char_control(uint32_t cp)
{
	return (cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r') ||
		(cp >= 0x7f && cp < 0xa0);
}

/* Arabic, Syriac, N'Ko, the scripts of India and around, Mongolian, Khmer. */
static const struct range joining[] = {{0x0600, 0x109f}, {0x1700, 0x18af},
	{0x1900, 0x1cff}, {0xa800, 0xabff}, {0xfb50, 0xfefc},
	{0x10a00, 0x11fff}};
/* Thai, Lao, Tibetan, Myanmar, Khmer: no spaces between words. */
static const struct range breaking[] = {{0x0e00, 0x109f}, {0x1780, 0x17ff}};
static const struct range emoji[] = {{0xa9, 0xae}, {0x203c, 0x2049},
	{0x2122, 0x2bff}, {0x3030, 0x3299}, {0xfe0f, 0xfe0f},
	{0x1f000, 0x1faff}};
static const struct range variants[] = {
	{0xfe00, 0xfe0f}, {0xe0100, 0xe01ef}, {0x180b, 0x180f}};
static const struct range jamo[] = {{0x1100, 0x11ff}, {0xa960, 0xa97f},
	{0xd7b0, 0xd7ff}};

bool char_misplaced(uint32_t before, uint32_t cp, uint32_t after)
{
	if (cp == 0x200d)
		return !(WITHIN(joining, before) ||
			(WITHIN(emoji, before) && WITHIN(emoji, after)));
	if (cp == 0x200c)
		return !WITHIN(joining, before);
	if (cp == 0x200b || cp == 0x2060)
		return !WITHIN(breaking, before) && !WITHIN(breaking, after);
	if (cp == 0x115f || cp == 0x1160)
		return !WITHIN(jamo, before) && !WITHIN(jamo, after);
	/* Keycaps are # and the digits; no other ASCII has variants. */
	if (WITHIN(variants, cp))
		return before < 0x80 ? !((before >= '0' && before <= '9') ||
					       before == '#' || before == '*')
				     : WITHIN(hidden, before) ||
					before == 0xfffd;
	return true;
}

static const struct range rtl[] = {{0x0590, 0x060b}, {0x061d, 0x08ff},
	{0xfb1d, 0xfdff}, {0xfe70, 0xfefc}, {0x10800, 0x10fff},
	{0x1e800, 0x1efff}};

bool char_rtl(uint32_t cp)
{
	return cp >= 0x590 && WITHIN(rtl, cp);
}

void show_visible(struct buf *b, const char *s, size_t n, size_t max)
{
	char shown[TEXT_SHOWN];
	size_t len;

	for (size_t i = 0; n && i < max; i++, s += len, n -= len) {
		len = text_shown(s, n, shown);
		buf_str(b, strchr("\n\r\t", *s) && *s ? " " : shown);
	}
}

/* The shortest runs that may be words. */
#define BASE64_MIN 24
#define HEX_MIN 32
#define ESCAPES_MIN 8

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* Decoded bytes, as far as they tell whether they are words. */
struct decoded {
	size_t n, spaces, letters;
	bool odd; /* some byte is no text */
};

static void add_decoded(struct decoded *d, unsigned byte)
{
	d->n++;
	d->spaces += byte == ' ' || byte == '\n';
	d->letters += (byte >= 'a' && byte <= 'z') ||
		(byte >= 'A' && byte <= 'Z');
	if ((byte < ' ' && byte != '\n' && byte != '\r' && byte != '\t') ||
		byte > '~')
		d->odd = true;
}

/* Chance makes no such thing of a run of letters and digits. */
static bool words(const struct decoded *d)
{
	return d->n && !d->odd && d->spaces && 4 * d->letters >= 3 * d->n;
}

/* A run of n characters of base64. */
static bool base64_words(const char *p, size_t n)
{
	struct decoded d = {0};
	unsigned bits = 0, held = 0;

	for (size_t i = 0; i < n && !d.odd; i++) {
		bits = (bits << 6 | (unsigned)base64_value(p[i])) & 0xffff;
		held += 6;
		if (held >= 8) {
			held -= 8;
			add_decoded(&d, bits >> held & 0xff);
		}
	}
	return words(&d);
}

static bool hex_words(const char *p, size_t n)
{
	struct decoded d = {0};

	for (size_t i = 0; i + 1 < n && !d.odd; i += 2)
		add_decoded(&d, (unsigned)chars_hex_number(p + i, 2, 2));
	return words(&d);
}

/* The length of an escape of one character at p: \x41, \u0041, %41, &#65; */
static size_t escape(const char *p, size_t n)
{
	size_t i;

	if (n > 3 && p[0] == '\\' && p[1] == 'x')
		return chars_hex_number(p + 2, 2, 2) >= 0 ? 4 : 0;
	if (n > 5 && p[0] == '\\' && p[1] == 'u')
		return chars_hex_number(p + 2, 4, 4) >= 0 ? 6 : 0;
	if (n > 2 && p[0] == '%')
		return chars_percent(p, n) >= 0 ? 3 : 0;
	if (n < 4 || p[0] != '&' || p[1] != '#')
		return 0;
	for (i = p[2] == 'x' ? 3 : 2; i < n && i < 9; i++)
		if (chars_hex(p[i]) < 0)
			break;
	return i > 2 && i < n && p[i] == ';' ? i + 1 : 0;
}

/* The bytes of the escapes at p, where there are many in a row. */
static size_t escapes(const char *p, size_t n)
{
	size_t len = 0, one, count = 0;

	if (n < 3 || !strchr("\\%&", *p))
		return 0;
	while ((one = escape(p + len, n - len)) != 0) {
		len += one;
		count++;
	}
	return count >= ESCAPES_MIN ? len : 0;
}

bool encoded_text_find(const char *s, size_t n, size_t *at, size_t *end)
{
	for (size_t i = 0; i < n; i++) {
		size_t run = 0, hex = 0, len = escapes(s + i, n - i);

		if (!len) {
			while (i + run < n && base64_value(s[i + run]) >= 0)
				run++;
			while (hex < run && chars_hex(s[i + hex]) >= 0)
				hex++;
			if ((run >= BASE64_MIN && base64_words(s + i, run)) ||
				(hex >= HEX_MIN && hex_words(s + i, hex)))
				len = run;
		}
		if (len) {
			*at = i;
			*end = i + len;
			return true;
		}
		i += run;
	}
	return false;
}
