/*
 * report.h: a server in a report on a month, as readers see it.
 */
#ifndef DATA_REPORT_H
#define DATA_REPORT_H

#include "records/month_report.h"

struct report_entry {
	struct report_row row;
	char *title; /* or NULL */
};

#endif
