/* SPDX-License-Identifier: MIT */
/*
 * Goal: the small modules that everything else stands on: num, text, names,
 * clock, sha256, strings, spelling; buf is tested by test_buf.
 */
#include "base/buf.h"
#include "base/chars.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/phrase.h"
#include "base/sha256.h"
#include "base/strings.h"
#include "base/text.h"
#include "terms/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void test_num_parse(void **state)
{
	static const char *const good[] = {"0", "-0", "10", "-10", "007"};
	static const long long values[] = {0, 0, 10, -10, 7};
	static const char *const bad[] = {"", "-", "+1", " 1", "1 ", "1x", "x",
		"0x1", "1.0", "1e1", "--1", "11", "-11", "99999999999999999999",
		"-99999999999999999999"};
	long long v;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		assert_true(num_parse(good[i], -10, 10, &v));
		assert_int_equal(v, values[i]);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		v = 77;
		if (num_parse(bad[i], -10, 10, &v) || v != 77)
			fail_msg("%s passes", bad[i]);
	}
	assert_true(num_parse("-9223372036854775808", INT64_MIN, 0, &v));
	assert_true(v == INT64_MIN);
}

static void test_num_duration(void **state)
{
	static const struct {
		const char *s;
		double value; /* -1: refused */
	} cases[] = {{"0", -1}, {"30", -1}, {"1.5", -1}, {"0s", 0}, {"9ms", 0.009},
		{"250ms", 0.25}, {"2s", 2}, {"1.5m", 90}, {"2h", 7200},
		{"1d", 86400}, {"86401s", -1}, {"-1", -1}, {"", -1}, {"s", -1},
		{"1h30m", 5400},
		{"1d2h", -1}, {"2h3m4s5ms", 7384.005}, {"30m1h", -1},
		{"1h1h", -1}, {"1h30", -1}, {"1hm", -1}, {"1 s", -1}, {"1S", -1}, {"1.", -1}, {".5", -1}, {"1e3", -1},
		{"0x10", -1}, {"inf", -1}, {"nan", -1}, {"1sm", -1}, {"1w", -1},
		{"00000000000000000000000000000000000000001", -1}};
	double v;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		v = -1;
		num_duration(cases[i].s, 0, 86400, &v);
		if (v < cases[i].value || v > cases[i].value)
			fail_msg("%s: %g", cases[i].s, v);
	}
	assert_true(num_bare("0") && num_bare("90") && num_bare("1.5"));
	assert_false(num_bare("90s") || num_bare("") || num_bare("90 "));
	/* A limit in milliseconds is met exactly: 9 * 0.001 lies above it. */
	assert_true(num_duration("9ms", 0, 0.009, &v));
	assert_false(num_duration("4ms", 0.005, 1, &v));
	assert_true(num_decimal("1777485060.412", &v));
	assert_true(v > 1777485060.4119 && v < 1777485060.4121);
	assert_true(num_decimal("0", &v) && num_decimal("100000000000", &v));
	assert_false(num_decimal("100000000001", &v) || num_decimal("-1", &v) ||
		num_decimal("1s", &v) || num_decimal("", &v));
	for (long long i = 0; i < 10000; i++) {
		char text[64];

		snprintf(text, sizeof text, "%lld.%0*lld", i * 7919 * 1259,
			(int)(i % 12) + 1, i * 99991 % 10);
		assert_true(num_decimal(text, &v));
		assert_true(v == strtod(text, NULL));
	}
}

static void test_utf8(void **state)
{
	static const char *const bad[] = {"\x80", "\xbf", "\xc0\x80",
		"\xc1\xbf", "\xc3", "\xc3(", "\xe0\x9f\xbf", "\xe2\x82",
		"\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf",
		"\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\xf8\x88\x80\x80\x80", "\xfe", "\xff"};
	char text[4];
	uint32_t cp;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(text_is_utf8(bad[i], strlen(bad[i])));
	assert_true(text_is_utf8("a\0\u00e9\u20ac\U0001f600", 11));
	assert_int_equal(text_utf8("", 0, &cp), 0);
	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		size_t n = text_put_utf8(c, text);
		bool surrogate = c >= 0xd800 && c <= 0xdfff;

		cp = UINT32_MAX;
		if (text_utf8(text, n, &cp) != (surrogate ? 0 : n) ||
			(!surrogate && cp != c) || text_utf8(text, n - 1, &cp))
			fail_msg("U+%04X", (unsigned)c);
	}
}

static void test_text_shown(void **state)
{
	static const struct {
		const char *in;
		size_t used;
		const char *out;
	} cases[] = {
		{"ab", 1, "a"},
		{"\xe2\x82\xac!", 3, "\xe2\x82\xac"},
		{"\n", 1, "\\u{A}"},
		{"\x1b[8m", 1, "\\u{1B}"},
		{"\xe2\x80\xae", 3, "\\u{202E}"},
		{"\xe2\x80\x8b", 3, "\\u{200B}"},
		{"\xe2\xa0\x80", 3, "\\u{2800}"},
		{"\xef\xb8\x8f", 3, "\\u{FE0F}"},
		{"\xf3\xa0\x81\x81", 4, "\\u{E0041}"},
		{"\xc0\x80", 2, "\\u{0}"},
		{"\xe2\x80", 1, "\\x{E2}"},
		{"\\u{1B}", 1, "\\u{5C}"},
		{"\\x", 1, "\\"},
	};
	char out[TEXT_SHOWN];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(text_shown(cases[i].in, strlen(cases[i].in),
			out), cases[i].used);
		assert_string_equal(out, cases[i].out);
	}
}

static void test_text_clean(void **state)
{
	static const struct {
		const char *s;
		size_t size, max;
		const char *expected;
	} cases[] = {
		{"plain", 100, 100, "plain"},
		{"a\nb\x1b[0m\x7f", 100, 100, "a?b?[0m?"},
		{"a\xc2\x85\u2028\u202e\u2066\ufeff\u200f\u061cz", 100, 100,
			"a???????z"},
		{"\xff\xc0\x80\xed\xa0\x80", 100, 100, "??????"},
		{"\u20ac\u00e9\U0001f600", 100, 2, "\u20ac\u00e9"},
		/* Too little room for the second character and its NUL. */
		{"\u20ac\u20ac", 6, 100, "\u20ac"},
		{"\u20ac\u20ac", 7, 100, "\u20ac\u20ac"},
		{"abc", 1, 100, ""},
		{"abc", 100, 0, ""},
	};
	char out[100];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t n = text_clean(cases[i].s, strlen(cases[i].s), out,
			cases[i].size, cases[i].max);

		assert_string_equal(out, cases[i].expected);
		assert_int_equal(n, strlen(out));
	}
	assert_int_equal(text_clean("a\0b", 3, out, 100, 100), 3);
	assert_string_equal(out, "a?b");
	assert_int_equal(text_clean("a", 1, out, 0, 100), 0);
}

/* A string of n characters c. */
static const char *repeat(char c, size_t n)
{
	static char s[200];

	memset(s, c, n);
	s[n] = '\0';
	return s;
}

/* Wherever it stands among others, a byte is kept or replaced as it is alone. */
static void test_clean_anywhere(void **state)
{
	char text[20], out[20];

	(void)state;
	for (int c = 1; c < 0x80; c++)
		for (size_t at = 0; at < sizeof text - 1; at++) {
			memset(text, 'x', sizeof text - 1);
			text[sizeof text - 1] = '\0';
			text[at] = (char)c;
			text_clean(text, strlen(text), out, sizeof out, 100);
			text[at] = c < 0x20 || c == 0x7f ? '?' : (char)c;
			assert_string_equal(out, text);
			/* Cut to characters, and to the room. */
			text_clean(text, strlen(text), out, sizeof out, 13);
			text[13] = '\0';
			assert_string_equal(out, text);
			text_clean(text, strlen(text), out, 10, 100);
			text[9] = '\0';
			assert_string_equal(out, text);
		}
}

static void test_copy(void **state)
{
	char out[4];

	(void)state;
	text_copy(out, sizeof out, "abcd");
	assert_string_equal(out, "abc");
	text_copy(out, sizeof out, "ab");
	assert_string_equal(out, "ab");
	text_copy(out, 1, "ab");
	assert_string_equal(out, "");
}

static void test_names(void **state)
{
	(void)state;
	assert_true(slug_valid("a") && slug_valid("0.x_y-z"));
	assert_false(slug_valid("") || slug_valid("-a") || slug_valid(".a") ||
		slug_valid("A") || slug_valid("a/b") || slug_valid("a b") ||
		slug_valid("\u00e9") || slug_valid("a\n"));
	assert_true(slug_valid(repeat('a', SLUG_MAX)));
	assert_false(slug_valid(repeat('a', SLUG_MAX + 1)));

	assert_true(region_valid("us-east-1") && region_valid("a"));
	assert_false(region_valid("") || region_valid("1a") ||
		region_valid("-a") || region_valid("a_b") ||
		region_valid("A") || region_valid("a.b") ||
		region_valid("reporters") || region_valid("tool-hash"));
	assert_true(region_valid(repeat('r', REGION_MAX)));
	assert_false(region_valid(repeat('r', REGION_MAX + 1)));

	assert_true(probe_id_valid("01HX-z_.9") && probe_id_valid("-"));
	assert_false(probe_id_valid("") || probe_id_valid("a b"));
	assert_true(probe_id_valid(repeat('P', PROBE_ID_MAX)));
	assert_false(probe_id_valid(repeat('P', PROBE_ID_MAX + 1)));

	assert_true(hash_valid(repeat('f', HASH_HEX)));
	assert_false(hash_valid(repeat('F', HASH_HEX)) ||
		hash_valid(repeat('f', HASH_HEX - 1)) ||
		hash_valid(repeat('f', HASH_HEX + 1)));
}

static void test_slug_from_host(void **state)
{
	static const struct {
		const char *host, *slug;
	} cases[] = {{"mcp.example.com", "mcp.example.com"},
		{"MCP.Example.COM", "mcp.example.com"},
		{"127.0.0.1:8080", "127.0.0.1-8080"}, {"[::1]", "1-"},
		{"-x", "x"}, {"\u00e9t\u00e9", "t--"}, {"", "server"},
		{"...", "server"}};
	char out[SLUG_MAX + 1];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		slug_from_host(cases[i].host, out);
		assert_string_equal(out, cases[i].slug);
		assert_true(slug_valid(out));
	}
	slug_from_host(repeat('h', 199), out);
	assert_string_equal(out, repeat('h', SLUG_MAX));
}

/* Every name reads back as its value, and no other text does. */
#define CHECK_NAMES(type, function, first, last)                               \
	do {                                                                   \
		enum type out;                                                 \
		for (int i = first; i <= (int)last; i++) {                     \
			assert_true(function##_parse(                          \
				function##_name((enum type)i), &out));         \
			assert_int_equal(out, i);                              \
		}                                                              \
		assert_false(function##_parse("", &out) ||                     \
			function##_parse("none", &out));                       \
	} while (0)

static void test_enums(void **state)
{
	(void)state;
	CHECK_NAMES(step, step, STEP_DNS, STEP_TOOL_HASH);
	CHECK_NAMES(step_status, step_status, STATUS_PASS, STATUS_SKIP);
	CHECK_NAMES(region_state, region_state, STATE_HEALTHY, STATE_BROKEN);
	CHECK_NAMES(era, era, ERA_STATELESS, ERA_SSE);
	CHECK_NAMES(
		verdict_colour, verdict_colour, VERDICT_GREEN, VERDICT_UNKNOWN);
	CHECK_NAMES(tier, tier, TIER_OK, TIER_NO_DATA);
	CHECK_NAMES(runner_status, runner_status, RUNNER_OK, RUNNER_GARBLED);
	assert_null(step_name(STEP_NONE));
	assert_null(era_name(ERA_NONE));
	assert_int_equal(STEP_TOOL_HASH, STEP_COUNT);
	assert_string_equal(step_name(STEP_OAUTH_DISCOVERY), "oauth-discovery");
}

static void test_rfc3339(void **state)
{
	static const struct {
		const char *s;
		int64_t t; /* -1: refused */
	} cases[] = {{"1970-01-01T00:00:00Z", 0},
		{"2026-04-29T20:31:00Z", 1777494660},
		{"2026-04-29t20:31:00z", 1777494660},
		{"2026-04-29 20:31:00.999Z", 1777494660},
		{"2026-04-29T22:31:00+02:00", 1777494660},
		{"2026-04-29T15:01:00.5-05:30", 1777494660},
		{"2016-12-31T23:59:60Z", 1483228800},
		{"2024-02-29T00:00:00Z", 1709164800}, {"", -1},
		{"2023-02-29T00:00:00Z", -1}, {"1900-02-29T00:00:00Z", -1},
		{"2026-04-31T00:00:00Z", -1}, {"2026-13-01T00:00:00Z", -1},
		{"2026-00-01T00:00:00Z", -1}, {"2026-01-00T00:00:00Z", -1},
		{"2026-01-01T24:00:00Z", -1}, {"2026-01-01T00:60:00Z", -1},
		{"2026-01-01T00:00:61Z", -1}, {"2026-01-01T00:00:00", -1},
		{"2026-01-01T00:00:00.Z", -1}, {"2026-01-01T00:00:00Zx", -1},
		{"2026-01-01T00:00:00+0200", -1}, {"2026-01-01", -1},
		{"2026-01-01T00:00:00+24:00", -1}, {"26-01-01T00:00:00Z", -1}};
	char text[CLOCK_RFC3339];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t t = -1;

		if (clock_rfc3339_parse(cases[i].s, &t) != (cases[i].t >= 0) ||
			t != cases[i].t)
			fail_msg("%s: %lld", cases[i].s, (long long)t);
	}
	/* Every day from 1601 to 4000, at some time of that day. */
	for (int64_t t = -11644473600; t < 64060588800; t += 86400 + 7) {
		int64_t back = 0;

		clock_rfc3339(t, text);
		if (!clock_rfc3339_parse(text, &back) || back != t)
			fail_msg("%s: %lld", text, (long long)back);
	}
	clock_rfc3339((int64_t)NUM_EPOCH_MAX, text);
	assert_string_equal(text, "5138-11-16T09:46:40Z");
}

static void test_clock(void **state)
{
	double before = clock_mono_ms();

	(void)state;
	assert_int_equal(clock_window(0), 0);
	assert_int_equal(clock_window(1777494660), 1777494660);
	assert_int_equal(clock_window(1777494719.999), 1777494660);
	assert_int_equal(clock_window(-0.5), -60);
	assert_true(clock_mono_ms() >= before);
	assert_true(clock_wall() > 1.7e9 && clock_wall() < NUM_EPOCH_MAX);
}

/* FIPS 180-4, examples of NIST. */
static void test_sha256(void **state)
{
	char out[SHA256_HEX];

	(void)state;
	sha256_hex("", 0, out);
	assert_string_equal(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b9"
				 "34ca495991b7852b855");
	sha256_hex("abc", 3, out);
	assert_string_equal(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177"
				 "a9cb410ff61f20015ad");
	sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		56, out);
	assert_string_equal(out, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2"
				 "167f6ecedd419db06c1");
}

/* The bytes come in pieces; then a second text with the same context. */
static void test_sha256_pieces(void **state)
{
	struct sha256 *s = sha256_new();
	char out[SHA256_HEX];

	(void)state;
	sha256_end(s, out);
	assert_string_equal(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b9"
				 "34ca495991b7852b855");
	for (int i = 0; i < 2; i++) {
		sha256_add(s, "a", 1);
		sha256_add(s, "", 0);
		sha256_add(s, "bc", 2);
		sha256_end(s, out);
		assert_string_equal(out,
			"ba7816bf8f01cfea414140de5dae2223b00361a396177"
			"a9cb410ff61f20015ad");
	}
	sha256_free(s);
	sha256_free(NULL);
}

static void test_chars(void **state)
{
	static const struct {
		const char *text;
		int percent, number; /* of all but the first character */
	} rows[] = {{"%41", 'A', 0x41}, {"%c3x", 0xc3, -1}, {"%fF", 255, 255},
		{"%00", 0, 0}, {"%4", -1, 4}, {"%", -1, 0}, {"", -1, -1},
		{"%g0", -1, -1}, {"%0g", -1, -1}, {"x41", -1, 0x41},
		{"%@1", -1, -1}, {"%1`", -1, -1}, {"uD83d", -1, 0xd83d}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *s = rows[i].text;
		size_t n = strlen(s);

		assert_int_equal(chars_percent(s, n), rows[i].percent);
		assert_int_equal(chars_percent(s, 3), rows[i].percent);
		assert_int_equal(n ? chars_hex_number(s + 1, n - 1, n - 1) : -1,
			rows[i].number);
	}
	assert_int_equal(chars_hex_number("12", 2, 3), -1);
}

static void test_phrase(void **state)
{
	static const struct {
		size_t shown, n;
		const char *expected;
	} rows[] = {{2, 2, ""}, {3, 2, ""}, {2, 5, " and 3 more"}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b;

		buf_init(&b, 100);
		phrase_and_more(&b, rows[i].shown, rows[i].n);
		assert_string_equal(b.p, rows[i].expected);
		buf_release(&b);
	}
}

/* Noting many is noting each. */
static void test_note_all(void **state)
{
	static const char *const many[] = {
		"b", "a", "c", "b", "", "a", "d", "c", ""};
	struct strings one = {0}, all = {0};

	(void)state;
	for (size_t had = 0; had < COUNT(many); had++) {
		size_t n = COUNT(many) - had;

		for (size_t i = 0; i < had; i++) {
			strings_add(&one, many[COUNT(many) - 1 - i]);
			strings_add(&all, many[COUNT(many) - 1 - i]);
		}
		for (size_t i = 0; i < n; i++)
			strings_note(&one, many[i]);
		strings_note_all(&all, many, n);
		assert_int_equal(all.n, one.n);
		for (size_t i = 0; i < one.n; i++)
			assert_string_equal(all.v[i], one.v[i]);
		strings_clear(&one);
		strings_clear(&all);
	}
	strings_note_all(&all, many, 0);
	assert_int_equal(all.n, 0);
	strings_release(&one);
	strings_release(&all);
}

/* Inserting each keeps the order that strings_unique makes. */
static void test_insert(void **state)
{
	static const char *const many[] = {"b", "a", "c", "b", "", "a"};
	struct strings one = {0}, all = {0};

	(void)state;
	assert_false(strings_has_sorted(&one, ""));
	for (size_t i = 0; i < COUNT(many); i++) {
		strings_insert(&one, many[i]);
		strings_add(&all, many[i]);
		assert_true(strings_has_sorted(&one, many[i]));
	}
	strings_unique(&all);
	assert_int_equal(one.n, all.n);
	for (size_t i = 0; i < all.n; i++)
		assert_string_equal(one.v[i], all.v[i]);
	assert_false(strings_has_sorted(&one, "d"));
	strings_release(&one);
	strings_release(&all);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The distance by its definition, cell by cell. */
static size_t distance(const char *a, const char *b)
{
	static size_t d[60][60];
	size_t na = strlen(a), nb = strlen(b);

	for (size_t i = 0; i <= na; i++) {
		for (size_t k = 0; k <= nb; k++) {
			if (!i || !k) {
				d[i][k] = i + k;
				continue;
			}
			d[i][k] = least(least(d[i - 1][k], d[i][k - 1]) + 1,
				d[i - 1][k - 1] + (a[i - 1] != b[k - 1]));
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] &&
				a[i - 2] == b[k - 1])
				d[i][k] = least(d[i][k], d[i - 2][k - 2] + 1);
		}
	}
	return d[na][nb];
}

/* A word of up to `most` letters of a few, and one that is so many slips away. */
static void make_words(char *word, char *other, size_t most, unsigned *seed)
{
	size_t n = (size_t)rand_r(seed) % most, slips = (size_t)rand_r(seed) % 6;

	for (size_t i = 0; i < n; i++)
		word[i] = (char)('a' + rand_r(seed) % 4);
	word[n] = '\0';
	memcpy(other, word, n + 1);
	while (slips-- && n) {
		size_t at = (size_t)rand_r(seed) % n;
		char c = other[at];

		switch (rand_r(seed) % 4) {
		case 0:
			memmove(other + at + 1, other + at, n++ - at + 1);
			break;
		case 1:
			memmove(other + at, other + at + 1, n-- - at);
			break;
		case 2:
			other[at] = 'e';
			break;
		default:
			other[at] = at + 1 < n ? other[at + 1] : c;
			other[at + (at + 1 < n)] = c;
		}
	}
}

static void test_spelling(void **state)
{
	static const struct {
		const char *a, *b;
		bool fits;
	} cases[] = {{"tools", "tool", true}, {"tool", "loot", false},
		{"ab", "ba", true}, {"ab", "abc", true}, {"ab", "cd", false},
		{"Example-MCP", "exmaple-mcp", true}, {"a", "", false},
		{"", "", false}, {"example-mcp", "xeapmle-mpc", true},
		{"example-mcp", "xeapmle-mpcx", false},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false}};
	char word[60], other[60];
	unsigned seed = 5;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(spelling_enough(cases[i].a, cases[i].b),
			cases[i].fits);
		assert_int_equal(spelling_enough(cases[i].b, cases[i].a),
			cases[i].fits);
	}
	for (int i = 0; i < 20000; i++) {
		size_t n, longer;

		make_words(word, other, 40, &seed);
		longer = strlen(word) > strlen(other) ? strlen(word)
						      : strlen(other);
		n = longer < 6 ? 1 : longer < 9 ? 2 : 3;
		assert_int_equal(spelling_enough(word, other),
			*word && *other && distance(word, other) <= n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_num_parse),
		cmocka_unit_test(test_num_duration),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_text_shown),
		cmocka_unit_test(test_text_clean),
		cmocka_unit_test(test_clean_anywhere),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_slug_from_host),
		cmocka_unit_test(test_enums),
		cmocka_unit_test(test_rfc3339),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_sha256),
		cmocka_unit_test(test_sha256_pieces),
		cmocka_unit_test(test_chars),
		cmocka_unit_test(test_phrase),
		cmocka_unit_test(test_note_all),
		cmocka_unit_test(test_insert),
		cmocka_unit_test(test_spelling),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
