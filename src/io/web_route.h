/* web_route.h: which row of the routes' table a request belongs to. Pure.
 *
 * Rows are tried in the table's order; the first whose method and pattern fit wins. A segment
 * ":name" takes one segment that is not empty, a last ":name*" all that remains (not empty). */
#ifndef IO_WEB_ROUTE_H
#define IO_WEB_ROUTE_H

#include "io/web.h"

#define WEB_PARAMS_MAX 6

struct web_match {
    const struct web_route *route; /* NULL: none */
    size_t n_params;
    struct td_pair params[WEB_PARAMS_MAX]; /* borrow from the route and the path */
    bool path_known;                       /* some row has this path, with another method */
};

/* method "HEAD" also takes rows of "GET". */
void web_route_find(struct web_match *out, const struct web_route *routes, size_t n,
                    struct td_str method, struct td_str path);
/* "GET, HEAD, POST" of all rows that fit the path, into `out` (cut to `size`). */
void web_route_allow(char *out, size_t size, const struct web_route *routes, size_t n,
                     struct td_str path);

#endif
