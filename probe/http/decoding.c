/* SPDX-License-Identifier: MIT */
/*
 * decoding.c: decompresses a body piece by piece as it arrives, as node's fetch
 * does: bytes behind the compressed data are ignored, and so is a missing end.
 * libcurl is not used for it, because it fails for a Content-Encoding that it
 * does not know.
 */
#include "http/transfer.h"

#include "base/xalloc.h"

#include <brotli/decode.h>
#include <limits.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#define PIECE 16384
/* The argument of inflateInit2: the largest window, and the header of gzip. */
#define WINDOW 15
#define WINDOW_GZIP (WINDOW + 16)
/* The first byte of a member of gzip. */
#define GZIP_MAGIC 0x1f

struct decoding {
	enum coding coding;
	bool begun; /* z can be used */
	bool ended; /* the end of the data came */
	bool over;  /* and something else: ignore the rest */
	z_stream z;
	BrotliDecoderState *brotli;
};

enum coding coding_of(const char *name, size_t n)
{
	static const struct {
		const char *name;
		enum coding coding;
	} rows[] = {
		{"gzip", CODING_GZIP},
		{"x-gzip", CODING_GZIP},
		{"deflate", CODING_DEFLATE},
		{"br", CODING_BROTLI},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strlen(rows[i].name) == n &&
			strncasecmp(rows[i].name, name, n) == 0)
			return rows[i].coding;
	return CODING_NONE;
}

struct decoding *decoding_new(enum coding c)
{
	struct decoding *d = xcalloc(1, sizeof *d);

	d->coding = c;
	return d;
}

void decoding_free(struct decoding *d)
{
	if (!d)
		return;
	if (d->begun)
		inflateEnd(&d->z);
	if (d->brotli)
		BrotliDecoderDestroyInstance(d->brotli);
	free(d);
}

/* Many servers mean zlib's format by "deflate", as RFC 9110 does, and some mean
   the data in it. */
static int window_of(enum coding c, unsigned char first)
{
	if (c == CODING_GZIP)
		return WINDOW_GZIP;
	return (first & 0x0f) == Z_DEFLATED ? WINDOW : -WINDOW;
}

/* Behind the end of the data comes another member of gzip, or nothing that
   counts. */
static void go_on(struct decoding *d)
{
	d->over = *d->z.next_in != GZIP_MAGIC || d->coding != CODING_GZIP ||
		inflateReset(&d->z) != Z_OK;
	d->ended = false;
}

static bool feed_zlib(struct decoding *d, const char *p, size_t n,
	decoding_fn *fn, void *arg)
{
	unsigned char out[PIECE];
	z_stream *z = &d->z;
	size_t got;
	int rc;

	if (!d->begun && inflateInit2(z, window_of(d->coding,
				    (unsigned char)*p)) != Z_OK)
		return false;
	d->begun = true;
	z->next_in = (z_const Bytef *)p;
	z->avail_in = (uInt)n;
	do {
		if (d->ended)
			go_on(d);
		if (d->over)
			return true;
		z->next_out = out;
		z->avail_out = sizeof out;
		rc = inflate(z, Z_SYNC_FLUSH);
		got = sizeof out - z->avail_out;
		if (got && !fn(arg, (const char *)out, got))
			return true;
		d->ended = rc == Z_STREAM_END;
		if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
			return false;
	} while (rc != Z_BUF_ERROR &&
		(z->avail_in || (rc == Z_OK && !z->avail_out)));
	return true;
}

static bool feed_brotli(struct decoding *d, const char *p, size_t n,
	decoding_fn *fn, void *arg)
{
	const uint8_t *in = (const uint8_t *)p;
	BrotliDecoderResult rc;

	if (!d->brotli)
		d->brotli = BrotliDecoderCreateInstance(NULL, NULL, NULL);
	if (!d->brotli)
		return false;
	do {
		uint8_t out[PIECE], *next = out;
		size_t left = sizeof out, got;

		rc = BrotliDecoderDecompressStream(
			d->brotli, &n, &in, &left, &next, NULL);
		got = sizeof out - left;
		if (got && !fn(arg, (const char *)out, got))
			return true;
	} while (rc == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT);
	d->over = rc == BROTLI_DECODER_RESULT_SUCCESS;
	return rc != BROTLI_DECODER_RESULT_ERROR;
}

bool decoding_feed(struct decoding *d, const char *p, size_t n,
	decoding_fn *fn, void *arg)
{
	if (!n || d->over)
		return true;
	if (n > UINT_MAX)
		return false;
	return d->coding == CODING_BROTLI ? feed_brotli(d, p, n, fn, arg)
					  : feed_zlib(d, p, n, fn, arg);
}
