/*
 * cold_start.h: servers that sleep when nobody asks them, whose first answer
 * after that may fail. Pure.
 */
#ifndef INCIDENT_COLD_START_H
#define INCIDENT_COLD_START_H

#include <stdbool.h>

/*
 * cold_start_platform(url): whether its host is on a platform that is known for
 * it (article 3, and Cloud Run, which it names beside its list), compared label
 * by label; url may be NULL.
 */
bool cold_start_platform(const char *url);

#endif
