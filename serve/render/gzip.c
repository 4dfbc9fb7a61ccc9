#include "render/gzip.h"

#include <limits.h>
#include <string.h>
#include <zlib.h>

/* Of deflateInit2: a window of 32 KiB, and the header of gzip. */
#define WINDOW_GZIP (15 + 16)
#define MEMORY_LEVEL 8
#define LEVEL 6
#define PIECE 16384

bool gzip_put(struct buf *b, const void *p, size_t n)
{
	unsigned char out[PIECE];
	z_stream z;
	int rc = Z_OK;

	memset(&z, 0, sizeof z);
	if (n > UINT_MAX || deflateInit2(&z, LEVEL, Z_DEFLATED, WINDOW_GZIP,
				    MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	z.next_in = (z_const Bytef *)p;
	z.avail_in = (uInt)n;
	while (rc == Z_OK) {
		z.next_out = out;
		z.avail_out = sizeof out;
		rc = deflate(&z, Z_FINISH);
		buf_add(b, (const char *)out, sizeof out - z.avail_out);
	}
	deflateEnd(&z);
	return rc == Z_STREAM_END && buf_ok(b);
}
