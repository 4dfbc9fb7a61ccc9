/* SPDX-License-Identifier: MIT */
/*
 * fastcgi.h: a request as libfcgi has taken it from a web server, and its answer.
 */
#ifndef SERVE_FASTCGI_H
#define SERVE_FASTCGI_H

#include <stdbool.h>

struct FCGX_Request;
struct front;

/*
 * fastcgi_answer(fr, front, status): read what is left of the request that
 * FCGX_Accept_r has begun, as far as it is wanted, and send the answer; FCGX_Finish_r
 * ends it. Its status is in *status, 0 where it has none of three digits. False:
 * the web server did not take all of it.
 */
bool fastcgi_answer(struct FCGX_Request *fr, struct front *front, int *status);

#endif
