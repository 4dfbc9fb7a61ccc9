/* SPDX-License-Identifier: MIT */
/*
 * conf_heard.h: a configuration from text, and all errors and warnings about
 * it; and the page that documents it.
 */
#ifndef CONF_HEARD_H
#define CONF_HEARD_H

#include "conf/conf.h"

/*
 * conf_hear(p, n, heard): what conf_parse makes of the n bytes at p, as file
 * "f". heard is set up here and holds what was said, a line each, warnings with
 * "warning: " before them.
 */
struct conf *conf_hear(const char *p, size_t n, struct buf *heard);

/*
 * conf_must(head, rest): what both texts say, one after the other; the test
 * fails at an error in it.
 */
struct conf *conf_must(const char *head, const char *rest);

struct conf_case {
	const char *yaml;
	const char *heard; /* all of it; "" where the file is good */
};

/* CONF_CHECK(cases): fail the test at a case that was not heard as it says. */
#define CONF_CHECK(cases) conf_check_cases(cases, sizeof(cases) / sizeof *(cases))
void conf_check_cases(const struct conf_case *cases, size_t n);

/* conf_page(): the source of fleet.yaml(5); free it. */
char *conf_page(void);

/* conf_smallest(): the example in it; free it. */
char *conf_smallest(void);

/* conf_full(): the example that has every key, a file of its own; free it. */
char *conf_full(void);

#endif
