/* SPDX-License-Identifier: MIT */
/*
 * Goal: a preview is a PNG that any decoder reads, of its size and in the colour
 * of its state; text fits into its lines, whatever it is; a name that cannot be
 * drawn is not half a name; and the same state gives the same bytes.
 */
#include "preview/preview.h"

#include "data/entries.h"
#include "data/page_data.h"
#include "pages/html.h"
#include "pages/pages.h"
#include "preview/canvas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <cmocka.h>

#define AS_OF 1777494660 /* 2026-04-29T20:31:00Z */
#define INCIDENT "2026-04-28-1814-outage"

/* An image as a decoder sees it, 3 bytes a pixel. */
struct image {
	unsigned width, height;
	unsigned char *rgb;
};

static unsigned long number_at(const unsigned char *p)
{
	return (unsigned long)p[0] << 24 | (unsigned long)p[1] << 16 |
		(unsigned long)p[2] << 8 | p[3];
}

/* The data of the chunk at *at, which must be of that type; *at is moved on. */
static const unsigned char *chunk(const struct buf *b, size_t *at,
	const char *type, size_t *n)
{
	const unsigned char *p = (const unsigned char *)b->p + *at;

	assert_true(*at + 12 <= b->len);
	*n = number_at(p);
	assert_true(*at + 12 + *n <= b->len);
	assert_memory_equal(p + 4, type, 4);
	assert_int_equal(crc32(0, p + 4, (uInt)*n + 4), number_at(p + 8 + *n));
	*at += 12 + *n;
	return p + 8;
}

/* ISO/IEC 15948: what of it is needed for an image with a palette. */
static struct image decode(const struct buf *b)
{
	const unsigned char *head, *colours, *rows;
	size_t at = 8, n, n_colours, n_rows;
	unsigned char *raw;
	struct image m;
	uLongf size;

	assert_true(buf_ok(b));
	assert_memory_equal(b->p, "\x89PNG\r\n\x1a\n", 8);
	head = chunk(b, &at, "IHDR", &n);
	assert_int_equal(n, 13);
	assert_memory_equal(head + 8, "\x08\x03\0\0\0", 5);
	m.width = (unsigned)number_at(head);
	m.height = (unsigned)number_at(head + 4);
	colours = chunk(b, &at, "PLTE", &n_colours);
	assert_true(n_colours % 3 == 0 && n_colours <= 768);
	rows = chunk(b, &at, "IDAT", &n_rows);
	chunk(b, &at, "IEND", &n);
	assert_int_equal(n, 0);
	assert_int_equal(at, b->len);
	size = (uLongf)(m.width + 1) * m.height;
	raw = malloc(size);
	m.rgb = malloc((size_t)m.width * m.height * 3);
	assert_true(raw && m.rgb);
	assert_int_equal(uncompress(raw, &size, rows, n_rows), Z_OK);
	assert_int_equal(size, (m.width + 1) * m.height);
	for (size_t y = 0; y < m.height; y++) {
		const unsigned char *row = raw + y * (m.width + 1);

		assert_int_equal(row[0], 0);
		for (size_t x = 0; x < m.width; x++) {
			assert_true(3u * row[x + 1] < n_colours);
			memcpy(m.rgb + 3 * (y * m.width + x),
				colours + 3 * row[x + 1], 3);
		}
	}
	free(raw);
	return m;
}

static unsigned long pixel(const struct image *m, unsigned x, unsigned y)
{
	const unsigned char *p = m->rgb + 3 * (y * (size_t)m->width + x);

	return (unsigned long)p[0] << 16 | (unsigned long)p[1] << 8 | p[2];
}

/* How many pixels of a part of the image have that colour. */
static size_t count(const struct image *m, struct box box, unsigned long colour)
{
	size_t n = 0;

	for (int y = box.y; y < box.y + box.height; y++)
		for (int x = box.x; x < box.x + box.width; x++)
			n += pixel(m, (unsigned)x, (unsigned)y) == colour;
	return n;
}

static void test_png(void **state)
{
	static const unsigned long want[] = {
		0xffffff, 0x010203, 0x0757b5, 0x0757b5, 0x010203, 0xffffff};
	struct canvas c;
	struct image m;
	struct buf b;

	(void)state;
	canvas_init(&c, 3, 2, "#010203");
	canvas_box(&c, (struct box) {1, 0, 1, 2}, COLOUR_BRAND, FONT_LEVELS - 1);
	canvas_box(&c, (struct box) {2, 0, 1, 1}, COLOUR_WORK, FONT_LEVELS - 1);
	canvas_box(&c, (struct box) {0, 1, 1, 1}, COLOUR_WORK, FONT_LEVELS - 1);
	buf_init(&b, 4096);
	canvas_put(&b, &c);
	m = decode(&b);
	assert_int_equal(m.width, 3);
	assert_int_equal(m.height, 2);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(pixel(&m, i % 3, i / 3), want[i]);
	free(m.rgb);
	buf_release(&b);
	/* One that does not fit is an error, and not half an image. */
	buf_init(&b, 60);
	canvas_put(&b, &c);
	assert_false(buf_ok(&b));
	canvas_release(&c);
	buf_release(&b);
}

/* The lines of a text, with "|" between them and an ellipsis where it is cut. */
static void test_wrap(void **state)
{
	static const struct {
		const char *text;
		int width; /* in widths of "m" */
		size_t max;
		const char *want;
	} cases[] = {
		{"", 5, 2, ""},
		{"   ", 5, 2, ""},
		{"mm", 5, 2, "mm"},
		{"  mm  ", 5, 2, "mm"},
		{"mm mm", 6, 2, "mm mm"},
		{"mm mm", 3, 2, "mm|mm"},
		{"mm mm mm", 3, 2, "mm|mm" FONT_ELLIPSIS},
		{"mm   mm", 3, 2, "mm|mm"},
		{"mm-mmm", 3, 2, "mm-|mmm"},
		{"mmm-mm", 3, 2, "mmm|-mm"},
		{"mmmmmm", 3, 2, "mmm|mmm"},
		{"mmmmmm ", 3, 2, "mmm|mmm"},
		{"mmmmmmm", 3, 2, "mmm|mm" FONT_ELLIPSIS},
		{"mm mmmmm", 3, 3, "mm|mmm|mm"},
		{"mmm mm", 3, 1, "mm" FONT_ELLIPSIS},
		{"m m m m", 4, 1, "m m" FONT_ELLIPSIS},
		{"mm", 0, 3, "m|m"},
		{"\xc3\xa9\xc3\xa9\xc3\xa9", 0, 3, "\xc3\xa9|\xc3\xa9|\xc3\xa9"},
		{"\xff\xfe", 5, 1, "\xff\xfe"},
	};
	struct font_line lines[4];
	char got[200];

	(void)state;
	for (enum font f = 0; f < FONTS; f++)
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
			int width = cases[i].width *
				font_width(f, "m", 1);
			size_t at = 0, n = font_wrap(f, cases[i].text, width,
				lines, cases[i].max);

			got[0] = '\0';
			for (size_t k = 0; k < n; k++)
				at += (size_t)snprintf(got + at, sizeof got - at,
					"%s%.*s%s", k ? "|" : "",
					(int)lines[k].n,
					cases[i].text + lines[k].start,
					lines[k].cut ? FONT_ELLIPSIS : "");
			assert_string_equal(got, cases[i].want);
		}
}

/* No line is wider than it may be, of whatever text. */
static void test_fit(void **state)
{
	char text[300];
	struct font_line lines[3];

	(void)state;
	for (unsigned seed = 1; seed < 400; seed++) {
		unsigned r = seed * 2654435761u;
		size_t n;

		for (size_t i = 0; i < sizeof text - 1; i++) {
			r = r * 1664525u + 1013904223u;
			text[i] = (char)(r % 5 ? 0x20 + (r >> 16) % 0x5f
					       : 1 + (r >> 16) % 255);
		}
		text[seed % sizeof text] = '\0';
		n = font_wrap(FONT_HEADLINE, text, 500, lines, 3);
		assert_true(n <= 3);
		for (size_t i = 0; i < n; i++) {
			assert_true(lines[i].start + lines[i].n <= strlen(text));
			assert_true(!lines[i].cut || i == 2);
			assert_true(font_width(FONT_HEADLINE,
				text + lines[i].start, lines[i].n) <= 500);
		}
	}
}

/* Every character has its runs, and they end where its pixels do. */
static void test_glyphs(void **state)
{
	size_t n = 0;

	(void)state;
	for (enum font f = 0; f < FONTS; f++)
		for (uint32_t c = 0; c < 0x11000; c++) {
			struct glyph g;
			int pixels = 0;

			if (!font_glyph(f, c, &g))
				continue;
			n++;
			for (; pixels < g.width * g.height; g.runs++)
				pixels += *g.runs / FONT_LEVELS + 1;
			assert_int_equal(pixels, g.width * g.height);
			assert_true(g.advance > 0);
			assert_true(font_glyph(FONT_TEXT, c, &g) &&
				font_glyph(FONT_HEADLINE, c, &g));
		}
	assert_true(n > 1000);
	assert_true(font_has("Az09 ~ S\xc3\xa3o \xc5\x81\xc3\xb3""d\xc5\xba "
			     "\xce\x91\xce\xb8\xce\xae\xce\xbd\xce\xb1 "
			     "\xd0\x9a\xd0\xb8\xd1\x97\xd0\xb2 Vi\xe1\xbb\x87t "
			     "\xe2\x80\x9cx\xe2\x80\x9d \xe2\x80\x93 " FONT_ELLIPSIS));
	assert_false(font_has("\xe6\x9d\xb1\xe4\xba\xac"));
	assert_false(font_has("a\xd8\xae"));
	assert_false(font_has("\xf0\x9f\x9a\x80"));
	assert_false(font_has("e\xcc\x81")); /* an accent of its own */
	assert_false(font_has("\t"));
}

/* All that an image is made of, without a store. */
struct desk {
	struct brand brand;
	struct server server;
	struct view view;
	struct page_data data;
	struct status_page page;
	struct buf b;
};

static const char verdict[] =
	"{\"window\":1777494660,\"verdict\":\"%s\",\"uptime_30d\":99.87,"
	"\"p95_ms\":142,\"published_at\":1777494705,"
	"\"last_probe_at\":1777494668,\"regions\":[{\"region\":\"us-east-1\","
	"\"state\":\"%s\"},{\"region\":\"eu-west-2\",\"state\":\"%s\"}],"
	"\"no_data\":[]}";

static const char alert[] =
	"{\"v\":1,\"slug\":\"example-mcp\",\"incidents\":[{\"kind\":\"latency\","
	"\"first\":1777494000,\"passed_since\":0,\"regions\":[\"eu-west-2\"]}],"
	"\"timeline\":[{\"at\":1777401000,\"what\":\"downtime_started\","
	"\"text\":\"\",\"key\":\"example-mcp:downtime:1777400040\","
	"\"regions\":[\"eu-west-2\"],\"resolved_at\":0},{\"at\":1777402000,"
	"\"what\":\"downtime_resolved\",\"text\":\"\","
	"\"key\":\"example-mcp:downtime:1777400040\","
	"\"regions\":[\"eu-west-2\"],\"resolved_at\":1777401600}]}";

/* Without a colour there never was a verdict. */
static void lay(struct desk *d, const char *title, const char *city,
	const char *colour, double now)
{
	char json[2000], entry[2000], why[VIEW_WHY];
	const char *last = colour && strcmp(colour, "green") == 0 ? "healthy"
								   : "broken";

	memset(d, 0, sizeof *d);
	snprintf(json, sizeof json, verdict, colour ? colour : "",
		colour && strcmp(colour, "red") == 0 ? "broken" : "healthy",
		last);
	snprintf(entry, sizeof entry,
		"{\"private\":false,\"title\":\"%s\",\"regions\":[{\"name\":"
		"\"us-east-1\",\"city\":\"Ashburn\"},{\"name\":\"eu-west-2\","
		"\"city\":\"%s\"}]}", title, city);
	assert_int_equal(server_read(entry, true, &d->server, why), 0);
	assert_int_equal(view_read(colour ? json : NULL, true, now, &d->view,
		why), 0);
	brand_read("{\"title\":\"The site\",\"url\":\"https://s.example\","
		   "\"colour\":\"#123456\"}", &d->brand);
	history_init(&d->data.history, now);
	d->data.history.days[0].minutes[VERDICT_GREEN] = 1000;
	d->data.history.days[1].minutes[VERDICT_RED] = 1440;
	d->data.history.days[2].minutes[VERDICT_RED] = 1;
	d->data.history.days[2].minutes[VERDICT_GREEN] = 1439;
	d->data.history.days[3].minutes[VERDICT_AMBER] = 1440;
	d->data.history.days[4].minutes[VERDICT_RED] = 1440;
	d->data.history.days[4].planned = 1440;
	d->page = (struct status_page) {.slug = "example-mcp",
		.server = &d->server, .view = &d->view, .data = &d->data,
		.brand = &d->brand, .now = now};
	buf_init(&d->b, 200000);
}

static void clear(struct desk *d)
{
	brand_release(&d->brand);
	server_release(&d->server);
	view_release(&d->view);
	incidents_release(&d->data.incidents);
	buf_release(&d->b);
}

/* Where the name and the state are, and one bar. */
static const struct box block = {0, 110, PREVIEW_WIDTH, 270};

static struct box bar(int ago)
{
	return (struct box) {60 + 12 * (89 - ago), 404, 9, 76};
}

#define BAR (9 * 76)
#define GREEN 0x1a7f37
#define AMBER 0x9a6700
#define RED 0xcf222e
#define BLUE 0x0757b5
#define GREY 0x6a737d

static void test_states(void **state)
{
	static const struct {
		const char *colour;
		double late;
		bool maintenance, incident;
		unsigned long want;
	} cases[] = {
		{"green", 50, false, false, GREEN},
		{"green", 50, false, true, AMBER},
		{"amber", 50, false, false, AMBER},
		{"red", 50, false, false, RED},
		{"red", 50, true, false, BLUE},
		{"red", 4000, false, false, GREY},
		{NULL, 50, false, false, GREY},
	};
	static const unsigned long colours[] = {GREEN, AMBER, RED, BLUE, GREY};
	struct desk d;
	struct image m;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		lay(&d, "Example", "London", cases[i].colour,
			AS_OF + cases[i].late);
		d.data.maintenance_now.found = cases[i].maintenance;
		if (cases[i].incident)
			incidents_read(alert, &d.data.incidents);
		preview_put(&d.b, &d.page);
		m = decode(&d.b);
		assert_int_equal(m.width, PREVIEW_WIDTH);
		assert_int_equal(m.height, PREVIEW_HEIGHT);
		assert_true(d.b.len < 40 * 1024);
		/* The bar of the site, the name, and one state alone. */
		assert_int_equal(pixel(&m, 600, 5), 0x123456);
		assert_true(count(&m, block, 0x1f2328) > 500);
		for (size_t k = 0; k < 5; k++)
			assert_int_equal(count(&m, block, colours[k]) > 1500,
				colours[k] == cases[i].want);
		/* The days: all well, an outage, a minute, part, planned. */
		assert_int_equal(count(&m, bar(0), GREEN), BAR);
		assert_int_equal(count(&m, bar(1), RED), BAR);
		assert_int_equal(count(&m, bar(2), RED), 9 * 12);
		assert_int_equal(count(&m, bar(2), GREEN), BAR - 9 * 12);
		assert_int_equal(count(&m, bar(3), AMBER), BAR);
		assert_int_equal(count(&m, bar(4), BLUE), BAR);
		/* White, and low and grey, where nothing is known. */
		assert_int_equal(count(&m, bar(80), 0xffffff), BAR - 9 * 12);
		free(m.rgb);
		clear(&d);
	}
}

/* The image of a name, or of a city that the state is told with. */
static void draw(struct buf *out, const char *title, const char *city)
{
	struct desk d;

	lay(&d, title, city, "amber", AS_OF + 50);
	buf_clear(out);
	preview_put(out, &d.page);
	assert_true(buf_ok(out));
	clear(&d);
}

static bool same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
}

static void test_names(void **state)
{
	static const struct {
		const char *title, *like;
	} cases[] = {
		{"Example", "Example"},
		{"", "example-mcp"},
		{"   ", "example-mcp"},
		{"\xe6\x9d\xb1\xe4\xba\xac", "example-mcp"},
		{"\xe6\x9d\xb1\xe4\xba\xac MCP", "example-mcp"},
		{"\xd8\xae\xd8\xa7\xd8\xaf\xd9\x85", "example-mcp"},
		{"\xf0\x9f\x9a\x80", "example-mcp"},
		{"\xf0\x9f\x9a\x80 Rocket \xe2\x9c\x85 on", "Rocket on"},
		{"Zero\xe2\x80\x8bwidth", "Zerowidth"},
		{"Up\xe2\x80\xaeside", "Up?side"},
		{"A\\u0007b", "A?b"},
	};
	char long_name[257];
	struct image m;
	struct buf a, b;

	(void)state;
	buf_init(&a, 200000);
	buf_init(&b, 200000);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		draw(&a, cases[i].title, "London");
		draw(&b, cases[i].like, "London");
		if (!same(&a, &b))
			fail_msg("%s", cases[i].title);
	}
	draw(&a, "Example", "London");
	draw(&b, "example-mcp", "London");
	assert_false(same(&a, &b));
	/* The longest name stays in its lines, and inside the margins. */
	memset(long_name, 'W', sizeof long_name - 1);
	long_name[sizeof long_name - 1] = '\0';
	draw(&a, long_name, "London");
	m = decode(&a);
	assert_int_equal(count(&m, (struct box) {0, 20, 58, 600}, 0xffffff),
		58 * 600);
	assert_int_equal(count(&m, (struct box) {1142, 20, 58, 600}, 0xffffff),
		58 * 600);
	assert_int_equal(count(&m, (struct box) {0, 92, 1200, 20}, 0xffffff),
		1200 * 20);
	free(m.rgb);
	buf_release(&a);
	buf_release(&b);
}

static void test_places(void **state)
{
	struct buf london, tokyo, kyoto, marked;

	(void)state;
	buf_init(&london, 200000);
	buf_init(&tokyo, 200000);
	buf_init(&kyoto, 200000);
	buf_init(&marked, 200000);
	draw(&london, "Example", "London");
	draw(&tokyo, "Example", "\xe6\x9d\xb1\xe4\xba\xac");
	draw(&kyoto, "Example", "\xe4\xba\xac\xe9\x83\xbd");
	draw(&marked, "Example", "Lon&don");
	/* A city that cannot be drawn is not named, nor is its region. */
	assert_false(same(&london, &tokyo));
	assert_true(same(&tokyo, &kyoto));
	/* The sentence of the page is HTML: what is drawn is not. */
	draw(&tokyo, "Example", "Lon&amp;don");
	assert_false(same(&marked, &tokyo));
	buf_release(&london);
	buf_release(&tokyo);
	buf_release(&kyoto);
	buf_release(&marked);
}

static void test_incident(void **state)
{
	static const struct box below = {0, 496, PREVIEW_WIDTH, 100};
	struct desk d;
	struct image m;
	struct buf before;

	(void)state;
	lay(&d, "Example", "London", "green", AS_OF + 50);
	incidents_read(alert, &d.data.incidents);
	buf_init(&before, 200000);
	assert_false(preview_put_incident(&d.b, &d.page, "2026-04-28-1814-no"));
	assert_false(preview_put_incident(&d.b, &d.page, ""));
	assert_int_equal(d.b.len, 0);
	assert_true(preview_put_incident(&before, &d.page, INCIDENT));
	m = decode(&before);
	assert_true(count(&m, block, GREEN) > 1500); /* it is over */
	/* Where and when take a line each: no markup makes them longer. */
	assert_int_equal(
		count(&m, below, 0xffffff), below.width * below.height);
	free(m.rgb);
	/* One that is over stays as it is. */
	d.page.now += 3600;
	assert_true(preview_put_incident(&d.b, &d.page, INCIDENT));
	assert_true(same(&before, &d.b));
	buf_clear(&d.b);
	assert_true(preview_put_incident(
		&d.b, &d.page, "2026-04-29-2020-slow-answers"));
	m = decode(&d.b);
	assert_int_equal(m.width, PREVIEW_WIDTH);
	assert_int_equal(m.height, PREVIEW_HEIGHT);
	assert_true(count(&m, block, AMBER) > 1500);
	free(m.rgb);
	buf_release(&before);
	clear(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_png),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_glyphs),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_incident),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
