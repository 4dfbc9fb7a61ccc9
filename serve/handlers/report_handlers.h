/*
 * report_handlers.h: the reports on months: the page, and the same as CSV and
 * JSON. Each fills the response of the context; an error is a page, but for
 * JSON.
 */
#ifndef HANDLERS_REPORT_HANDLERS_H
#define HANDLERS_REPORT_HANDLERS_H

struct context;

void handle_report(const struct context *c);
void handle_report_csv(const struct context *c);
void handle_report_json(const struct context *c);

/* handle_report_list(c): all reports; a redirect to the newest. */
void handle_report_list(const struct context *c);

#endif
