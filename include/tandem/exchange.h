/* exchange.h: one HTTP request and its answer, as data. Whoever makes one owns what it points to.
 */
#ifndef TANDEM_EXCHANGE_H
#define TANDEM_EXCHANGE_H

#include <tandem/str.h>

struct td_pair {
    struct td_str name, value;
};
struct td_request {            /* outgoing, or a hook that came in */
    struct td_str method, url; /* hook: the configured public URL + path + canonical query */
    struct {
        struct td_pair *v;
        size_t n;
    } headers; /* names lower case */
    struct td_str body;
};
struct td_response {
    int status; /* 0: no answer */
    struct {
        struct td_pair *v;
        size_t n;
    } headers;
    struct td_str body;
};
/* First header of that lower-case name, "" when absent. connectors/registry.c */
struct td_str td_header(const struct td_pair *v, size_t n, const char *name);

#endif
