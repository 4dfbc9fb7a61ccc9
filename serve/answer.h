/*
 * answer.h: from a request to its response.
 */
#ifndef SERVE_ANSWER_H
#define SERVE_ANSWER_H

struct request;
struct response;
struct setting;
struct source;

/*
 * answer(request, setting, source, r): fill r, which respond_init made, with
 * the answer. There always is one. It depends on nothing of the request but its
 * path, its query and who asks: the Host field is a stranger's, and answers are
 * cached.
 */
void answer(const struct request *request, const struct setting *setting,
	struct source *source, struct response *r);

#endif
