/* SPDX-License-Identifier: MIT */
/*
 * snapshot_line.c: the lines of a snapshot. Bytes that no JSON text can carry, those
 * that are not UTF-8 and NULs, make all values of a line base64 (RFC 4648, 4). A key
 * that is too large for one line gets several.
 */
#include "snapshot/snapshot_line.h"

#include "base/lines.h"
#include "base/num.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "records/probe.h"

#include <math.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* ---- Lines. */

/* The end of each line: so many hex digits of the SHA-256 of what is before. */
#define SUM ",\"sum\":\""
#define SUM_HEX 16
#define SUM_SIZE (sizeof SUM - 1 + SUM_HEX + 2)

static const char *const types[] = {"snapshot", "key", "end"};

/* Append the digest of the text from `from` on, and the end of the line. */
static void put_sum(struct buf *b, size_t from)
{
	char hex[SHA256_HEX];

	sha256_hex(b->p + from, b->len - from, hex);
	buf_str(b, SUM);
	buf_add(b, hex, SUM_HEX);
	buf_str(b, "\"}\n");
}

static bool is_text(const struct snapshot_value *v)
{
	return !memchr(v->p, '\0', v->n) && text_is_utf8(v->p, v->n);
}

static void put_base64(struct buf *b, const struct snapshot_value *v)
{
	unsigned char *text = xmalloc((v->n + 2) / 3 * 4 + 1);
	int n = EVP_EncodeBlock(
		text, (const unsigned char *)v->p, (int)v->n);

	buf_char(b, '"');
	buf_add(b, text, (size_t)n);
	buf_char(b, '"');
	free(text);
}

static void put_value(struct buf *b, const struct snapshot_value *v, bool text)
{
	if (text)
		json_put_str(b, v->p);
	else
		put_base64(b, v);
}

static void put_values(struct buf *b, const struct snapshot_line *l, bool text)
{
	size_t each = l->name.type == KEY_HASH ? 2 : 1;

	buf_str(b, ",\"value\":");
	if (l->name.type == KEY_STRING) {
		put_value(b, &l->values[0], text);
		return;
	}
	buf_char(b, '[');
	for (size_t i = 0; i < l->n_values; i += each) {
		buf_str(b, i ? "," : "");
		if (each == 2) {
			buf_char(b, '[');
			put_value(b, &l->values[i], text);
			buf_char(b, ',');
		}
		put_value(b, &l->values[i + each - 1], text);
		buf_str(b, each == 2 ? "]" : "");
	}
	buf_char(b, ']');
}

static void put_key(struct buf *b, const struct snapshot_line *l)
{
	bool text = true;

	for (size_t i = 0; i < l->n_values && text; i++)
		text = is_text(&l->values[i]);
	json_fmt(b, ",'key':%s,'kind':%s,'expires_in_ms':%g,'part':%lu,"
		"'more':%i,'cut':%i,'base64':%i",
		l->key, key_type_name(l->name.type), rint(l->life_ms),
		l->part, l->more, l->cut, !text);
	put_values(b, l, text);
}

void snapshot_write(struct buf *b, const struct snapshot_line *l)
{
	size_t from = b->len;

	buf_fmt(b, "{\"v\":%d,\"type\":\"%s\",\"n\":%lu", RECORD_VERSION,
		types[l->type], l->number);
	switch (l->type) {
	case SNAPSHOT_FIRST:
		json_put_member(b, "version", l->version);
		buf_fmt(b, ",\"format\":%d,\"at\":%.3f", l->format, l->at);
		break;
	case SNAPSHOT_KEY:
		put_key(b, l);
		break;
	case SNAPSHOT_LAST:
		buf_fmt(b, ",\"servers\":%lu,\"keys\":%lu", l->servers,
			l->keys);
		json_put_member(b, "sha256", l->sha256);
		break;
	}
	put_sum(b, from);
}

static bool wrong_line(char *why, const char *what)
{
	snprintf(why, SNAPSHOT_WHY, "%s", what);
	return false;
}

/* Whether a line ends in the digest of what stands before that. */
static bool check_sum(const char *p, size_t n, char *why)
{
	char hex[SHA256_HEX];
	const char *end;

	if (n <= SUM_SIZE)
		return wrong_line(why, "not a whole line of a snapshot");
	n -= SUM_SIZE;
	end = p + n;
	if (memcmp(end, SUM, sizeof SUM - 1) != 0 ||
		memcmp(end + SUM_SIZE - 2, "\"}", 2) != 0)
		return wrong_line(why, "not a whole line of a snapshot");
	sha256_hex(p, n, hex);
	return memcmp(end + sizeof SUM - 1, hex, SUM_HEX) == 0 ||
		wrong_line(why, "altered: its sum does not match the line");
}

/* An integer from min to max. */
static bool take_count(const cJSON *doc, const char *key, double min,
	double max, double *out, char *why)
{
	if (json_num(doc, key, out) && *out >= min && *out <= max &&
		floor(*out) == *out)
		return true;
	snprintf(why, SNAPSHOT_WHY, "%s: not a possible count", key);
	return false;
}

static bool take_flag(const cJSON *doc, const char *key, bool *out, char *why)
{
	if (json_bool(doc, key, out))
		return true;
	snprintf(why, SNAPSHOT_WHY, "%s: neither true nor false", key);
	return false;
}

/* Decode a string in its own place, which is long enough; false: no base64. */
static bool decode_base64(char *text, size_t *n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t len = strlen(text), pad = 0;
	unsigned char *bytes;

	while (pad < 2 && pad < len && text[len - 1 - pad] == '=')
		pad++;
	if (len % 4 || strspn(text, digits) != len - pad)
		return false;
	*n = len / 4 * 3 - pad;
	bytes = xmalloc(len / 4 * 3 + 1);
	EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)len);
	memcpy(text, bytes, *n);
	text[*n] = '\0';
	free(bytes);
	return true;
}

static bool take_string(struct snapshot_line *l, const cJSON *v, bool base64,
	char *why)
{
	struct snapshot_value *to = &l->values[l->n_values];

	if (!cJSON_IsString(v))
		return wrong_line(why, "value: not one of the strings of its "
				       "kind");
	to->p = v->valuestring;
	to->n = strlen(v->valuestring);
	if (base64 && !decode_base64(v->valuestring, &to->n))
		return wrong_line(why, "value: not base64");
	l->n_values++;
	return true;
}

static bool take_pair(struct snapshot_line *l, const cJSON *v, bool base64,
	char *why)
{
	if (!cJSON_IsArray(v) || cJSON_GetArraySize(v) != 2)
		return wrong_line(why, "value: not pairs of field and value");
	if (!take_string(l, v->child, base64, why) ||
		!take_string(l, v->child->next, base64, why))
		return false;
	return l->values[l->n_values - 2].n <= SNAPSHOT_FIELD_MAX ||
		wrong_line(why, "value: a field is too long");
}

static bool take_values(struct snapshot_line *l, const cJSON *doc, bool base64,
	char *why)
{
	const cJSON *value = json_get(doc, "value");

	if (l->name.type == KEY_STRING) {
		l->values = xcalloc(1, sizeof *l->values);
		return take_string(l, value, base64, why);
	}
	if (!cJSON_IsArray(value) || !value->child)
		return wrong_line(why, "value: not a list of its kind");
	l->values = xcalloc((size_t)cJSON_GetArraySize(value) * 2,
		sizeof *l->values);
	for (const cJSON *v = value->child; v; v = v->next)
		if (l->name.type == KEY_HASH ? !take_pair(l, v, base64, why)
					     : !take_string(l, v, base64, why))
			return false;
	return true;
}

/* 20 years. */
#define LIFE_MAX_MS (20 * 366 * 86400e3)

static bool take_key(struct snapshot_line *l, const cJSON *doc, char *why)
{
	const char *key = json_str(doc, "key"), *kind = json_str(doc, "kind");
	enum key_type type;
	double part;
	bool base64;

	if (!key || !key_name_read(key, strlen(key), &l->name))
		return wrong_line(why, "key: not the name of a key of a fleet");
	memcpy(l->key, key, strlen(key) + 1);
	if (!kind || !key_type_parse(kind, &type) || type != l->name.type) {
		snprintf(why, SNAPSHOT_WHY, "kind: %s is a %s", l->name.form,
			key_type_name(l->name.type));
		return false;
	}
	l->life_ms = NAN;
	if (!json_has_null(doc, "expires_in_ms") &&
		!take_count(doc, "expires_in_ms", 0, LIFE_MAX_MS, &l->life_ms,
			why))
		return false;
	if (!take_count(doc, "part", 1, 1e9, &part, why) ||
		!take_flag(doc, "more", &l->more, why) ||
		!take_flag(doc, "cut", &l->cut, why) ||
		!take_flag(doc, "base64", &base64, why))
		return false;
	l->part = (unsigned long)part;
	if (l->cut && !l->more)
		return wrong_line(why, "cut: its continuation is missing");
	return take_values(l, doc, base64, why);
}

static bool take_first(struct snapshot_line *l, const cJSON *doc, char *why)
{
	double format;

	l->version = json_str(doc, "version");
	if (!l->version)
		return wrong_line(why, "version: missing");
	if (!json_num(doc, "at", &l->at) || l->at < 0 || l->at > NUM_EPOCH_MAX)
		return wrong_line(why, "at: not an instant");
	if (!take_count(doc, "format", 1, 1e9, &format, why))
		return false;
	l->format = (int)format;
	return true;
}

static bool take_last(struct snapshot_line *l, const cJSON *doc, char *why)
{
	const char *sha256 = json_str(doc, "sha256");
	double servers, keys;

	if (!sha256 || !hash_valid(sha256))
		return wrong_line(why, "sha256: not a digest");
	memcpy(l->sha256, sha256, sizeof l->sha256);
	if (!take_count(doc, "servers", 0, 1e15, &servers, why) ||
		!take_count(doc, "keys", 0, 1e15, &keys, why))
		return false;
	l->servers = (unsigned long)servers;
	l->keys = (unsigned long)keys;
	return true;
}

static bool take_line(struct snapshot_line *l, const cJSON *doc,
	unsigned long number, char *why)
{
	const char *type = json_str(doc, "type");
	double v, n;

	if (!json_num(doc, "v", &v) || v != RECORD_VERSION)
		return wrong_line(why, "v: a version that is not known");
	if (!take_count(doc, "n", 1, 1e15, &n, why))
		return false;
	if ((unsigned long)n != number) {
		snprintf(why, SNAPSHOT_WHY, "expected line %lu of the "
					    "snapshot, found its line %.0f",
			number, n);
		return false;
	}
	l->number = number;
	if (type && strcmp(type, types[SNAPSHOT_FIRST]) == 0)
		return take_first(l, doc, why);
	l->type = SNAPSHOT_KEY;
	if (type && strcmp(type, types[SNAPSHOT_KEY]) == 0)
		return take_key(l, doc, why);
	l->type = SNAPSHOT_LAST;
	if (type && strcmp(type, types[SNAPSHOT_LAST]) == 0)
		return take_last(l, doc, why);
	return wrong_line(why, "type: not a line of a snapshot");
}

int snapshot_read(const char *p, size_t n, unsigned long number,
	struct snapshot_line *out, char *why)
{
	cJSON *doc;

	*out = (struct snapshot_line) {.type = SNAPSHOT_FIRST};
	if (!check_sum(p, n, why))
		return -1;
	doc = json_parse(p, n, &json_record, why);
	if (!doc)
		return -1;
	out->doc = doc;
	if (take_line(out, doc, number, why))
		return 0;
	snapshot_release(out);
	return -1;
}

void snapshot_release(struct snapshot_line *l)
{
	cJSON_Delete(l->doc);
	free(l->values);
	*l = (struct snapshot_line) {.type = SNAPSHOT_FIRST};
}

/* ---- A whole snapshot, to standard output. */

/* Lines go out together once they are so many bytes. */
#define OUT_BYTES (256 * 1024)

struct snapshot_writer {
	struct buf out;
	struct sha256 *digest; /* of the lines up to now */
	unsigned long lines, servers, keys;
	double at;
	bool failed; /* standard output */
	/* The line of a key that is put together, and its values. */
	struct snapshot_line line;
	struct snapshot_value values[SNAPSHOT_PART / SNAPSHOT_EACH];
	size_t used; /* of SNAPSHOT_PART */
	size_t size; /* of text */
	char text[SNAPSHOT_PART];
};

static void flush_lines(struct snapshot_writer *w)
{
	if (!w->failed)
		w->failed = line_print(w->out.p, w->out.len) != 0;
	buf_clear(&w->out);
}

static void put_line(struct snapshot_writer *w, struct snapshot_line *line)
{
	size_t from = w->out.len;

	line->number = ++w->lines;
	snapshot_write(&w->out, line);
	sha256_add(w->digest, w->out.p + from, w->out.len - from);
	if (w->out.len >= OUT_BYTES)
		flush_lines(w);
}

struct snapshot_writer *snapshot_writer_new(int format, double at)
{
	struct snapshot_writer *w = xmalloc(sizeof *w);
	struct snapshot_line first = {.type = SNAPSHOT_FIRST,
		.version = VERSION, .format = format, .at = at};

	memset(w, 0, offsetof(struct snapshot_writer, values));
	buf_init(&w->out, OUT_BYTES + LINE_MAX_BYTES);
	w->digest = sha256_new();
	w->at = at;
	put_line(w, &first);
	return w;
}

int snapshot_writer_end(struct snapshot_writer *w)
{
	struct snapshot_line last = {.type = SNAPSHOT_LAST,
		.servers = w->servers, .keys = w->keys};
	bool failed;

	sha256_end(w->digest, last.sha256);
	put_line(w, &last);
	flush_lines(w);
	failed = w->failed;
	snapshot_writer_free(w);
	return failed ? -1 : 0;
}

void snapshot_writer_free(struct snapshot_writer *w)
{
	if (!w)
		return;
	buf_release(&w->out);
	sha256_free(w->digest);
	free(w);
}

void snapshot_writer_server(struct snapshot_writer *w)
{
	w->servers++;
}

void snapshot_writer_key(struct snapshot_writer *w, const char *key,
	const struct key_name *name, long long life_ms, double now)
{
	w->line = (struct snapshot_line) {.type = SNAPSHOT_KEY, .name = *name,
		.life_ms = NAN, .part = 1, .values = w->values};
	memcpy(w->line.key, key, strlen(key) + 1);
	/* Counted from the instant of the first line. */
	if (life_ms >= 0)
		w->line.life_ms = fmax(
			floor((double)life_ms + (now - w->at) * 1000), 0);
	w->used = w->size = 0;
}

static void put_part(struct snapshot_writer *w, bool more, bool cut)
{
	w->line.more = more;
	w->line.cut = cut;
	put_line(w, &w->line);
	w->line.part++;
	w->line.n_values = w->used = w->size = 0;
}

static void add_value(struct snapshot_writer *w, const char *p, size_t n)
{
	char *to = w->text + w->size;

	memcpy(to, p, n);
	to[n] = '\0';
	w->values[w->line.n_values++] = (struct snapshot_value) {to, n};
	w->size += n + 1;
	w->used += n + SNAPSHOT_EACH;
}

/* At most `most` of n bytes, and no character of UTF-8 is cut in two. */
static size_t cut_at(const char *p, size_t most)
{
	size_t n = most;

	while (n > most - 4 && ((unsigned char)p[n] & 0xc0) == 0x80)
		n--;
	return n > most - 4 ? n : most;
}

bool snapshot_writer_value(struct snapshot_writer *w, const char *f, size_t nf,
	const char *v, size_t nv)
{
	size_t beside = SNAPSHOT_EACH + (f ? nf + SNAPSHOT_EACH : 0);

	if (nf > SNAPSHOT_FIELD_MAX || nv > SNAPSHOT_VALUE_MAX)
		return false;
	if (w->line.n_values && w->used + beside + nv > SNAPSHOT_PART)
		put_part(w, true, false);
	while (beside + nv > SNAPSHOT_PART) {
		size_t n = cut_at(v, SNAPSHOT_PART - beside);

		if (f)
			add_value(w, f, nf);
		add_value(w, v, n);
		put_part(w, true, true);
		v += n;
		nv -= n;
	}
	if (f)
		add_value(w, f, nf);
	add_value(w, v, nv);
	return true;
}

bool snapshot_writer_key_end(struct snapshot_writer *w)
{
	if (w->line.n_values) {
		put_part(w, false, false);
		w->keys++;
	}
	return !w->failed;
}
