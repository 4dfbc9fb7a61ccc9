/*
 * metrics_answer.h: all public servers and the fleet itself, on one scrape.
 */
#ifndef API_METRICS_ANSWER_H
#define API_METRICS_ANSWER_H

struct buf;
struct source;

/*
 * answer_metrics(source, now, b): append them, see metrics.h; -1 where the
 * store does not answer, and then b may hold anything.
 */
int answer_metrics(struct source *source, double now, struct buf *b);

#endif
