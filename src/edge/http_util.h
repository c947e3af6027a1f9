/* http_util.h: the answers that pages and the REST API have in common. */
#ifndef EDGE_HTTP_UTIL_H
#define EDGE_HTTP_UTIL_H

#include "base/buf.h"
#include "io/web.h"

/* {"error":"invalid","field":"text","text":"…"}; field may be NULL. Never cached. 503 and 429 say
 * Retry-After, 401 says how to log in. */
void http_error(struct web_request *r, int status, const char *error, const char *field,
                const char *text);
/* JSON that was built into `b`; 500 when it did not fit. Never cached. */
void http_json(struct web_request *r, int status, const struct buf *b);
/* The header block of every answer of the API, for those who build their own: name, value, …, NULL.
 */
extern const char *const http_api_headers[];

/* A host and port as it may stand in a page: letters, digits, ".", "-", ":", "[", "]". */
bool http_host_is_plain(struct td_str host);
/* "text/html; charset=utf-8" by the name's ending; "application/octet-stream" when it is unknown.
 */
const char *http_type_of(struct td_str name);
/* Does the list of If-None-Match name this entity tag (with its quotes)? */
bool http_etag_matches(struct td_str if_none_match, const char *etag);

#endif
