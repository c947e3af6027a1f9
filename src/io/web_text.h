/* web_text.h: the texts of HTTP/1.1: status lines, answers' heads, cookies, lists, URLs. Pure. */
#ifndef IO_WEB_TEXT_H
#define IO_WEB_TEXT_H

#include "base/buf.h"
#include <tandem/arena.h>
#include <tandem/provider.h>

const char *web_status_text(int status); /* "Not Found"; "Unknown" */

struct web_answer {
    int status;
    const char *type; /* NULL: none */
    size_t body_bytes;
    const char *const *headers; /* name, value, …, NULL; NULL: none */
    int64_t wall_ms;            /* for Date */
    bool close, http10;
};
/* The head with its empty line. A header whose value holds CR, LF or NUL is left out: it would be
 * another header, or another answer. */
void web_text_head(struct buf *out, const struct web_answer *a);
/* 1xx, 204 and 304 have none. */
bool web_status_has_body(int status);

/* The value of a cookie (RFC 6265 §4.2.1), "" when absent. */
struct td_str web_text_cookie(struct td_str header, const char *name);
/* Does the comma-separated list have this token (case-insensitively)? */
bool web_text_has_token(struct td_str list, const char *token);
/* The last element of a comma-separated list, trimmed; *list becomes what stands before it. */
struct td_str web_text_pop(struct td_str *list);
/* The first value of that name, "" when absent. */
struct td_str web_text_find(const struct td_pair *v, size_t n, const char *name);
struct td_str web_text_trim(struct td_str s);
bool web_text_eq_nocase(struct td_str a, const char *b);

/* A path and query as a client would write them, from what lws has decoded: everything but
 * unreserved characters and what a path or a query may hold is %-encoded (RFC 3986 §3.3). */
struct td_str web_text_url(struct td_arena *a, struct td_str path, const struct td_pair *query,
                           size_t n);

#endif
