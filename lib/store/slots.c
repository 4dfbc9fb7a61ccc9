#include "store/slots.h"

#include "store/resp.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

unsigned slots_crc16(const char *p, size_t n)
{
	unsigned crc = 0;

	for (size_t i = 0; i < n; i++) {
		crc ^= (unsigned)(unsigned char)p[i] << 8;
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1;
	}
	return crc & 0xffff;
}

unsigned slots_of(const char *key, size_t n)
{
	const char *open = memchr(key, '{', n), *close = NULL;

	if (open) {
		open++;
		close = memchr(open, '}', n - (size_t)(open - key));
	}
	if (close && close > open)
		return slots_crc16(open, (size_t)(close - open)) % SLOTS;
	return slots_crc16(key, n) % SLOTS;
}

/* Both are 6 bytes long. */
static bool of_server(const char *key, size_t n)
{
	return n > 6 && (memcmp(key, "probe:", 6) == 0 ||
				memcmp(key, "alert:", 6) == 0);
}

void slots_put_braces(struct buf *out, const char *key, size_t n)
{
	const char *end;
	size_t slug;

	if (!of_server(key, n)) {
		buf_add(out, key, n);
		return;
	}
	end = memchr(key + 6, ':', n - 6);
	slug = end ? (size_t)(end - key) - 6 : n - 6;
	buf_add(out, key, 6);
	buf_char(out, '{');
	buf_add(out, key + 6, slug);
	buf_char(out, '}');
	buf_add(out, key + 6 + slug, n - 6 - slug);
}

size_t slots_strip_braces(char *key, size_t n)
{
	char *close;

	if (!of_server(key, n) || key[6] != '{')
		return n;
	close = memchr(key + 7, '}', n - 7);
	if (!close)
		return n;
	memmove(close, close + 1, n - (size_t)(close + 1 - key));
	memmove(key + 6, key + 7, n - 8);
	return n - 2;
}

static bool is_one_of(const char *p, size_t n, const char *const *names)
{
	for (; *names; names++)
		if (strlen(*names) == n && strncasecmp(p, *names, n) == 0)
			return true;
	return false;
}

/*
 * Which arguments of a command are keys: n from number `first`, the name of the
 * command being 0. n is 0 for one that is for the whole store.
 */
static void find_keys(const char *at, size_t *first, size_t *n)
{
	static const char *const none[] = {"CLIENT", "CONFIG", "DBSIZE", "INFO",
		"PING", "SCAN", "SCRIPT", "TIME", "WAIT", NULL};
	static const char *const all[] = {"DEL", "EXISTS", "MGET", NULL};
	static const char *const counted[] = {"EVAL", "EVALSHA", NULL};
	static const char *const second[] = {"MEMORY", NULL};
	const char *name, *p;
	size_t args, size, length;

	at = resp_args(at, &args);
	at = resp_next(at, &name, &size);
	*first = 1;
	*n = args > 1;
	if (is_one_of(name, size, none)) {
		*n = 0;
	} else if (is_one_of(name, size, all)) {
		*n = args - 1;
	} else if (is_one_of(name, size, second)) {
		*first = 2;
		*n = args > 2;
	} else if (is_one_of(name, size, counted) && args > 2) {
		at = resp_next(at, &p, &length);
		resp_next(at, &p, &length);
		*first = 3;
		*n = strtoul(p, NULL, 10);
		if (*n > args - 3)
			*n = args - 3;
	}
}

/* Append an argument with its braces; returns its slot. */
static int put_braced(struct buf *out, struct buf *key, const char *p, size_t n)
{
	buf_clear(key);
	slots_put_braces(key, p, n);
	resp_arg(out, key->p, key->len);
	return (int)slots_of(key->p, key->len);
}

int slots_command(struct buf *out, const char *at, size_t size)
{
	const char *rest = at, *end = at + size, *p;
	size_t args, first, n, length;
	bool pattern = false;
	int slot = SLOTS;
	struct buf key;

	find_keys(at, &first, &n);
	at = resp_args(at, &args);
	buf_init(&key, SIZE_MAX);
	for (size_t i = 0; i < args && (!n || i < first + n); i++) {
		bool is_key = i >= first && i < first + n;
		const char *begin = at;

		at = resp_next(at, &p, &length);
		if (is_key || pattern) {
			int own;

			buf_add(out, rest, (size_t)(begin - rest));
			own = put_braced(out, &key, p, length);
			if (is_key)
				slot = slot == SLOTS || slot == own ? own : -1;
			rest = at;
		}
		pattern = !n && length == 5 && strncasecmp(p, "MATCH", 5) == 0;
	}
	buf_add(out, rest, (size_t)(end - rest));
	buf_release(&key);
	return slot;
}
