/* SPDX-License-Identifier: MIT */
#include "queue.h"

#include "base/lines.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "protocol/siphash.h"

#include <errno.h>

/* Hosts that have these bits of their hash in common share their limit. */
#define SLOTS 65536

/* The key is no secret: the moment of a slug is the same everywhere. */
static const struct siphash_key moments = {{1, 0}};

/* Which part of the spread a line waits; 0 where it names no slug. */
static double part_of(const char *p, size_t n)
{
	char why[JSON_WHY];
	cJSON *doc = json_parse(p, n, &json_record, why);
	const char *slug = json_str(doc, "slug");
	double part = slug ? (double)siphash(&moments, slug, strlen(slug)) /
				      18446744073709551616.0
			   : 0;

	cJSON_Delete(doc);
	return part;
}

static int by_moment(const void *a, const void *b)
{
	const struct queue_line *x = a, *y = b;

	if (x->at_ms < y->at_ms || x->at_ms > y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* Whether the input, so far of these bytes, is more than it may be. */
static bool too_much(const struct queue *q, const struct lines *lines,
	size_t bytes)
{
	return (q->most_lines && lines_number(lines) > q->most_lines) ||
		(q->most_bytes && bytes > q->most_bytes);
}

int queue_read(struct queue *q, int fd, double spread_s)
{
	struct lines *lines = lines_new(fd);
	enum lines_result rc;
	const char *p;
	size_t n, bytes = 0;

	while ((rc = lines_next(lines, &p, &n)) != LINES_END) {
		bool line = rc == LINES_LINE;

		if (rc == LINES_ERROR)
			break;
		bytes += line ? n + 1 : LINE_MAX_BYTES;
		if (too_much(q, lines, bytes)) {
			errno = EFBIG;
			rc = LINES_ERROR;
			break;
		}
		if (line && !n)
			continue;
		q->list = xgrow(q->list, &q->cap, q->n + 1, sizeof *q->list);
		q->list[q->n++] = (struct queue_line) {
			.number = lines_number(lines),
			.n = n,
			.at_ms = line && spread_s > 0
					 ? 1000 * spread_s * part_of(p, n)
					 : 0};
		if (line) {
			q->list[q->n - 1].text = xmalloc(n + 1);
			memcpy(q->list[q->n - 1].text, p, n + 1);
		}
	}
	lines_free(lines);
	if (spread_s > 0 && q->n)
		qsort(q->list, q->n, sizeof *q->list, by_moment);
	q->waiting = q->n;
	if (q->per_host)
		q->hosts = xcalloc(SLOTS, sizeof *q->hosts);
	return rc == LINES_ERROR ? -1 : 0;
}

void queue_release(struct queue *q)
{
	for (size_t i = 0; i < q->n; i++)
		free(q->list[i].text);
	free(q->list);
	free(q->hosts);
	*q = (struct queue) {.n = 0};
}

/* The host of that hash; NULL where none has a limit. */
static struct queue_host *limited_host(const struct queue *q, uint64_t host)
{
	return q->hosts && host ? &q->hosts[host % SLOTS] : NULL;
}

/* The longest waiting line of a host that is free for it, or NULL. */
static struct queue_line *next_of_hosts(struct queue *q)
{
	struct queue_host *h;

	while ((h = q->free)) {
		if (h->first && h->busy < q->per_host)
			return h->first;
		q->free = h->next;
		h->listed = false;
	}
	return NULL;
}

struct queue_line *queue_next(
	struct queue *q, double elapsed_ms, double *wait_ms)
{
	struct queue_line *line = next_of_hosts(q);

	if (line || q->at == q->n)
		return line;
	line = &q->list[q->at];
	if (line->at_ms <= elapsed_ms)
		return line;
	if (line->at_ms - elapsed_ms < *wait_ms)
		*wait_ms = line->at_ms - elapsed_ms;
	return NULL;
}

uint64_t queue_host(const char *host)
{
	uint64_t h = siphash(&moments, host, strlen(host));

	return h ? h : 1;
}

bool queue_full(struct queue *q, struct queue_line *line, uint64_t host)
{
	struct queue_host *h = limited_host(q, host);

	if (!h || h->busy < q->per_host)
		return false;
	q->at++;
	line->host = h;
	line->next = NULL;
	if (h->first)
		h->last->next = line;
	else
		h->first = line;
	h->last = line;
	return true;
}

void queue_took(struct queue *q, struct queue_line *line)
{
	if (line->host)
		line->host->first = line->next;
	else
		q->at++;
	free(line->text);
	line->text = NULL;
	q->waiting--;
}

void queue_busy(struct queue *q, uint64_t host, int by)
{
	struct queue_host *h = limited_host(q, host);

	if (!h)
		return;
	h->busy += by;
	if (by > 0 || !h->first || h->listed)
		return;
	h->listed = true;
	h->next = NULL;
	if (q->free)
		q->free_last->next = h;
	else
		q->free = h;
	q->free_last = h;
}
