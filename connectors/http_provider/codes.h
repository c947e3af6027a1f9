/* codes.h: a provider's own error codes as data: what each means for a send. */
#ifndef HTTP_PROVIDER_CODES_H
#define HTTP_PROVIDER_CODES_H

#include <tandem/provider.h>

struct code_meaning {
    const char *code;
    uint32_t kind;    /* enum td_verdict_kind */
    const char *text; /* for people; NULL: the provider's own */
};
/* The table ends with code NULL. NULL: not in it. */
const struct code_meaning *code_find(const struct code_meaning *table, struct td_str code);

#endif
