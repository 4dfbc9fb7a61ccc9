/*
 * http_status.h: the reason phrases of HTTP statuses.
 */
#ifndef CGI_HTTP_STATUS_H
#define CGI_HTTP_STATUS_H

/*
 * http_status_reason(status): the reason phrase of one that we send (RFC 9110,
 * section 15), for the Status field of a CGI; "Unknown" for any other.
 */
const char *http_status_reason(int status);

#endif
