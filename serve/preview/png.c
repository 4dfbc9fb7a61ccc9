#include "preview/png.h"

#include <stdbool.h>
#include <zlib.h>

/* The next one takes half as long again for a sixth less. */
#define LEVEL 3
#define PIECE 16384
#define INDEXED 3 /* a pixel is the number of a colour in PLTE */
#define DEPTH 8	  /* bits of a pixel */

static void put_number(struct buf *b, unsigned long v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_char(b, (char)(v >> shift & 0xff));
}

/* A chunk is its length, its type and data, and the CRC of these two. */
static void put_chunk(struct buf *b, const char *type, const void *p, size_t n)
{
	unsigned long crc = crc32(0, (const unsigned char *)type, 4);

	put_number(b, n);
	buf_add(b, type, 4);
	buf_add(b, p, n);
	/* crc32 with no bytes begins anew. */
	put_number(b, n ? crc32(crc, p, (uInt)n) : crc);
}

static void put_header(struct buf *b, const struct png *p)
{
	struct buf data;

	buf_init(&data, 64);
	put_number(&data, p->width);
	put_number(&data, p->height);
	buf_char(&data, DEPTH);
	buf_char(&data, INDEXED);
	buf_add(&data, "\0\0\0", 3); /* compression, filter, interlace */
	put_chunk(b, "IHDR", data.p, data.len);
	buf_release(&data);
}

/* Compress n bytes; all of them are taken. */
static int compress_some(struct buf *out, z_stream *z, const void *p, size_t n,
	int flush)
{
	unsigned char piece[PIECE];
	int rc;

	z->next_in = (z_const Bytef *)p;
	z->avail_in = (uInt)n;
	do {
		z->next_out = piece;
		z->avail_out = sizeof piece;
		rc = deflate(z, flush);
		buf_add(out, piece, sizeof piece - z->avail_out);
	} while (rc == Z_OK && !z->avail_out);
	return rc;
}

/* Each row behind the number of its filter, which is none. */
static bool compress_rows(struct buf *out, const struct png *p)
{
	static const unsigned char no_filter = 0;
	z_stream z;
	int rc;

	memset(&z, 0, sizeof z);
	if (deflateInit(&z, LEVEL) != Z_OK)
		return false;
	for (unsigned y = 0; y < p->height; y++) {
		compress_some(out, &z, &no_filter, 1, Z_NO_FLUSH);
		compress_some(out, &z, p->pixels + (size_t)y * p->width,
			p->width, Z_NO_FLUSH);
	}
	rc = compress_some(out, &z, NULL, 0, Z_FINISH);
	deflateEnd(&z);
	return rc == Z_STREAM_END && buf_ok(out);
}

void png_put(struct buf *b, const struct png *p)
{
	struct buf rows;

	buf_add(b, "\x89PNG\r\n\x1a\n", 8);
	put_header(b, p);
	put_chunk(b, "PLTE", p->colours, 3 * (size_t)p->n_colours);
	buf_init(&rows, b->max);
	if (!compress_rows(&rows, p))
		b->bad = true;
	put_chunk(b, "IDAT", rows.p, rows.len);
	buf_release(&rows);
	put_chunk(b, "IEND", NULL, 0);
}
